import { buildStatuses } from '@cooperage/domain/predicates';
import { Button, buttonClass } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { statusLooks } from '../model/status';

interface FilterProps {
  readonly path: string;
  readonly status: string | null | undefined;
  readonly gitRef: string | null | undefined;
}

/** A plain form whose answer is an address, so that a filter can be shared and works without scripts. */
export function BuildFilterForm({ path, status, gitRef }: FilterProps) {
  return (
    <form action={path} className="flex flex-wrap items-center gap-2">
      <select name="status" defaultValue={status ?? ''} aria-label="State" className={classes(inputClass, 'w-auto!')}>
        <option value="">Every state</option>
        {buildStatuses.map((each) => (
          <option key={each} value={each}>
            {statusLooks[each].word}
          </option>
        ))}
      </select>
      <input
        name="ref"
        defaultValue={gitRef ?? ''}
        placeholder="refs/heads/main"
        aria-label="Full ref"
        data-key="/"
        className={classes(inputClass, 'w-52! font-mono text-sm')}
      />
      <Button type="submit">Filter</Button>
      {(status || gitRef) && (
        <Link href={path} className={buttonClass('quiet')}>
          Clear
        </Link>
      )}
    </form>
  );
}
