import type { ChainCheckView } from '@cooperage/contracts';
import { CopyButton } from '@/components/ui/copy-button';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { loadChainCheck } from '../api/load-audit';

const reasons: Readonly<Record<NonNullable<ChainCheckView['broken']>['reason'], string>> = {
  missing: 'is missing, or stands in another place than it was written',
  changed: 'is not as it was written',
  cut_off: 'and those behind it are gone',
  added_outside: 'is followed by one that was added past the chain',
};

/** As high as what is said of a whole chain, so that nothing below moves when it comes. */
export const chainPlace = 'min-h-38 sm:min-h-27';

/** Whether an entry was removed or changed since it was written; made anew for every look at the page. */
export async function ChainVerdict({ address }: { address: string }) {
  const check = await loadChainCheck(address);
  if (!check.ok) return <ProblemPanel problem={check.problem} what="The check of the chain" />;
  const { ok, broken, head, checkedAt } = check.value;
  return (
    <div role={ok ? 'status' : 'alert'} className={`grid content-start gap-1 px-3 py-2.5 ${chainPlace}`}>
      {ok || !broken ? (
        <p>
          <strong className="font-semibold text-good">✓ The chain is whole.</strong> All {head.number} entries follow
          from each other; none was removed or changed.
        </p>
      ) : (
        <p>
          <strong className="font-semibold text-bad">✕ The chain is broken.</strong> Entry {broken.at}{' '}
          {reasons[broken.reason]}. Somebody with access to the database did this: compare with a download from before.
        </p>
      )}
      <p className="text-sm text-text-2">
        Newest hash, to be kept elsewhere: <code title={head.hash}>{head.hash.slice(0, 16)}…</code>{' '}
        <CopyButton text={head.hash} what="newest hash" />
      </p>
      <p className="text-sm text-text-2">
        Checked <Moment at={checkedAt} flowing />
      </p>
    </div>
  );
}
