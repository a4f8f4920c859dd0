import type { Attempt } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Span } from '@/components/ui/span';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { attemptStateWords, blameWords } from '../model/status';

/** Tries of one build. A new one is made only after a fault outside the build's own content. */
export function AttemptsView({ attempts, shown }: { attempts: readonly Attempt[]; shown: number }) {
  const newest = Math.max(0, ...attempts.map(({ number }) => number));
  if (attempts.length === 0) return <p className="px-3 py-4 text-text-2">No worker has been asked yet.</p>;
  return (
    <Table
      label="Attempts"
      head={
        <>
          <Th>Attempt</Th>
          <Th>State</Th>
          <Th wide>Worker</Th>
          <Th right>Time</Th>
          <Th right wide>
            Log
          </Th>
          <Th right>Began</Th>
        </>
      }
    >
      {attempts.map((attempt) => (
        <tr key={attempt.id} className={rowClass}>
          <Td>
            <Link href={`?view=log&attempt=${attempt.number}`} className={textLinkClass} data-row>
              Attempt {attempt.number}
            </Link>
            {attempt.number === shown && <span className="text-text-3"> · shown</span>}
          </Td>
          <Td>
            {attemptStateWords[attempt.state]}
            <Ending attempt={attempt} newest={newest} />
          </Td>
          <Td wide>
            {attempt.workerName ? <code>{visibleText(attempt.workerName)}</code> : '–'}
            {attempt.placement === 'other' && (
              <span className="block text-sm text-text-2">not its usual one, which was not free</span>
            )}
          </Td>
          <Td right>
            <Span start={attempt.claimedAt} end={attempt.endedAt} />
          </Td>
          <Td right wide>
            <Link href={`?view=log&attempt=${attempt.number}`} scroll={false} className={textLinkClass}>
              {formatBytes(attempt.logBytes)}
            </Link>
            {!attempt.logComplete && ' so far'}
            {attempt.logDeletedAt && <span className="block text-sm text-text-2">log deleted by retention</span>}
          </Td>
          <Td right>
            <Moment at={attempt.claimedAt ?? attempt.dispatchedAt} />
          </Td>
        </tr>
      ))}
    </Table>
  );
}

/** Why it ended, and what came next. */
function Ending({ attempt, newest }: { attempt: Attempt; newest: number }) {
  const next = attempt.number < newest && `Attempt ${attempt.number + 1} took its place.`;
  return (
    <>
      {attempt.failure && (
        <div className="text-xs text-bad">
          {attempt.failure.code} · {blameWords[attempt.failure.blame]} · {visibleText(attempt.failure.message)}
        </div>
      )}
      {attempt.state === 'lost' && <div className="text-xs text-text-2">Its worker went silent; its log is kept.</div>}
      {next && <div className="text-xs text-text-2">{next}</div>}
    </>
  );
}
