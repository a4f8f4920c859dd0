import { classes } from '@/lib/classes';
import { shortDigest } from '@/lib/format/names';
import { CopyButton } from './copy-button';

/** A digest: short to read, whole on hover and for copying. */
export function Digest({ value, copy, className }: { value: string; copy?: boolean; className?: string }) {
  return (
    <span className={classes('inline-flex items-center gap-1', className)}>
      <code title={value} className="whitespace-nowrap">
        {shortDigest(value)}
      </code>
      {copy && <CopyButton text={value} what={`digest ${shortDigest(value)}`} />}
    </span>
  );
}
