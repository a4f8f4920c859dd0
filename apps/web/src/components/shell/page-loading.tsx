import { classes } from '@/lib/classes';

const block = 'rounded bg-sunken';
const frame = 'rounded border border-line bg-surface';

/** Holds the place of a page that is on its way, in the sizes that it will have; seen after 150 ms. */
export function PageLoading({ shape }: { shape: 'list' | 'build' | 'cards' }) {
  return (
    <div aria-busy="true">
      <div className="min-h-11 border-b border-line" />
      <main id="main" className="late-skeleton grid gap-4 px-3 pt-4 pb-24 sm:px-5.5 sm:pb-10">
        <h1 className="sr-only">Loading</h1>
        <div className={classes(block, 'h-6 w-56')} />
        {shape === 'build' && <BuildShape />}
        {shape === 'list' && <ListShape />}
        {shape === 'cards' && [1, 2, 3].map((card) => <div key={card} className={classes(frame, 'h-40')} />)}
      </main>
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

function BuildShape() {
  return (
    <>
      <div className={classes(block, 'h-5 w-3/5')} />
      <div className={classes(block, 'h-[30px]')} />
      <div className="grid gap-4 lg:grid-cols-[minmax(18rem,23rem)_minmax(0,1fr)]">
        <div className={classes(frame, 'h-72')} />
        <div className={classes(frame, 'h-[60dvh]')} />
      </div>
    </>
  );
}
