import { classes } from '@/lib/classes';

const block = 'rounded bg-sunken';
const frame = 'rounded border border-line bg-surface';

/**
 * Holds the place of a page that is on its way, in the sizes that it will have; seen after 150 ms. Not for pages with drawings
 * from the server: what of a drawing comes late, React holds open by an inline style, which the content policy forbids.
 */
export function PageLoading({ shape }: { shape: 'list' | 'cards' }) {
  return (
    <div aria-busy="true">
      <div className="min-h-11 border-b border-line" />
      <div className="late-skeleton grid gap-4 px-3 pt-4 pb-24 sm:px-5.5 sm:pb-10">
        <p className="sr-only">Loading</p>
        <div className={classes(block, 'h-6 w-56')} />
        {shape === 'list' && <ListShape />}
        {shape === 'cards' && [1, 2, 3].map((card) => <div key={card} className={classes(frame, 'h-40')} />)}
      </div>
    </div>
  );
}

function ListShape() {
  return (
    <div className={frame}>
      <div className="h-8 border-b border-line" />
      {Array.from({ length: 12 }, (_, row) => (
        <div key={row} className="flex h-(--row) items-center border-b border-line px-3 last:border-b-0">
          <div className={classes(block, 'h-3.5', row % 3 === 1 ? 'w-2/5' : 'w-3/5')} />
        </div>
      ))}
    </div>
  );
}
