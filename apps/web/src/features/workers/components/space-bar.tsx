import { isNearlyFull, type Space } from '@cooperage/domain/predicates';
import { Fact } from '@/components/ui/card';
import { formatBytes } from '@/lib/format/bytes';
import { usedTwelfths } from '../model/worker-order';

/** How full a disk or memory is, as words and as a bar. Lengths are attributes: the content policy forbids inline styles. */
export function SpaceBar({ name, space }: { name: string; space: Space }) {
  const used = usedTwelfths(space);
  return (
    <Fact name={name}>
      <span className="tabular-nums">
        {formatBytes(space.freeBytes)} free of {formatBytes(space.totalBytes)}
      </span>
      <svg aria-hidden viewBox="0 0 120 6" preserveAspectRatio="none" className="mt-1 block h-1.5 w-full max-w-40">
        <rect width="120" height="6" rx="3" className="fill-sunken" />
        <rect width={used * 10} height="6" rx="3" className={isNearlyFull(space) ? 'fill-bad' : 'fill-text-3'} />
      </svg>
    </Fact>
  );
}
