import type { Check } from '@cooperage/contracts';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { checkMeaning } from '../model/verdict';

/** Checks of a verification, each with what was expected, what was found, and what it means. */
export function CheckList({ checks }: { checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  return (
    <ul className="divide-y divide-line rounded border border-line">
      {checks.map((check) => (
        <CheckRow key={check.id} check={check} />
      ))}
    </ul>
  );
}

/** A check that is not required only tells something; it is never red. */
function CheckRow({ check }: { check: Check }) {
  const bad = !check.ok && check.required;
  const meaning = checkMeaning(check.id);
  return (
    <li>
      <details open={bad}>
        <summary className="flex items-baseline gap-2 px-3 py-1.5">
          <span className={check.ok ? 'text-trust' : bad ? 'font-semibold text-bad' : 'text-text-3'}>
            <span aria-hidden>{check.ok ? '✓' : bad ? '✕' : '–'}</span>
            <span className="sr-only">{check.ok ? 'passed: ' : bad ? 'failed: ' : 'not there: '}</span>
          </span>
          <span className={bad ? 'font-semibold text-bad' : ''}>{visibleText(check.title)}</span>
          {!check.required && <span className="text-xs text-text-3">not required</span>}
        </summary>
        <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-3 pb-2 pl-8 text-sm">
          <Line name="Expected" text={check.expected} />
          <Line name="Found" text={check.found} bad={bad} />
          {meaning && (
            <>
              <dt className="text-text-2">Meaning</dt>
              <dd>{meaning}</dd>
            </>
          )}
          {check.evidence && <Line name="Evidence" text={check.evidence} />}
        </dl>
      </details>
    </li>
  );
}

function Line({ name, text, bad }: { name: string; text: string; bad?: boolean }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd>
        <code className={classes('break-all', bad && 'text-bad')}>{visibleText(text)}</code>
      </dd>
    </>
  );
}
