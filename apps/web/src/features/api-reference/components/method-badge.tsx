import { classes } from '@/lib/classes';

/** A method as text of one width; what changes something is set apart by weight, not by one more colour. */
export function Method({ name }: { name: string }) {
  return (
    <code className={classes('inline-block w-14 shrink-0 text-xs', name === 'GET' ? 'text-text-2' : 'font-bold')}>
      {name}
    </code>
  );
}
