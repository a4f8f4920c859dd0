import type { ChainCheckView } from '@cooperage/contracts';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { loadChainCheck } from '../api/load-audit';

const reasons: Readonly<Record<NonNullable<ChainCheckView['broken']>['reason'], string>> = {
  missing: 'is missing, or stands in another place than it was written',
  changed: 'is not as it was written',
  cut_off: 'and those behind it are gone',
  added_outside: 'is followed by one that was added past the chain',
};

/** Whether an entry was removed or changed since it was written; made anew for every look at the page. */
export async function ChainVerdict({ address }: { address: string }) {
  const check = await loadChainCheck(address);
  if (!check.ok) return <ProblemPanel problem={check.problem} what="The check of the chain" />;
  const { ok, broken, head, checkedAt } = check.value;
  return (
    <div role={ok ? 'status' : 'alert'} className="grid gap-1 px-3 py-2.5">
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
      <p className="text-sm break-all text-text-2">
        Checked <Moment at={checkedAt} />. Newest hash, to be written down elsewhere: <code>{head.hash}</code>
      </p>
    </div>
  );
}
