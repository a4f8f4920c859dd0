import type { QueueView } from '@cooperage/contracts';

/** That builds of other organizations wait for a builder for untrusted code, or will: said before it happens. */
export function LaneNote({ foretold }: { foretold: NonNullable<QueueView['foretold']> }) {
  const isNow = foretold.when === 'now';
  return (
    <div role="note" className={`border-b border-line px-3 py-2 ${isNow ? 'bg-wait-bg' : ''}`}>
      <p>
        <b className={isNow ? 'font-semibold text-wait' : 'font-semibold'}>
          {isNow ? 'A builder is missing:' : 'Before a second organization builds here:'}
        </b>{' '}
        {foretold.says}
      </p>
      <p className="break-words text-sm text-text-2">{foretold.next}</p>
    </div>
  );
}
