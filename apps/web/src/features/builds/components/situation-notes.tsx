import type { Build, BuildRelations } from '@cooperage/contracts';
import { Elapsed } from '@/components/ui/elapsed';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { visibleText } from '@/lib/format/names';
import { type Situation, situationsOf } from '../model/situation';

const tones = { wait: 'text-wait', bad: 'text-bad', still: 'text-text-2' } as const;

/** Whose turn it is, when nothing seems to move; and what has become of an attempt that was lost. */
export function SituationNotes({ build, queue }: { build: Build; queue: BuildRelations['queue'] }) {
  const situations = situationsOf(build, queue);
  if (situations.length === 0) return null;
  return (
    <div role="status" className="mt-2 grid gap-1">
      {situations.map((situation) => (
        <p key={situation.kind} className={tones[situation.tone]}>
          {visibleText(situation.words)} <When situation={situation} />
          {situation.kind === 'limited' && (
            <>
              {' '}
              <Link href="/usage" className={textLinkClass}>
                Usage
              </Link>
            </>
          )}
          {situation.attempt !== null && (
            <Link href={`?view=log&attempt=${situation.attempt}`} scroll={false} className={textLinkClass}>
              Log of attempt {situation.attempt}
            </Link>
          )}
        </p>
      ))}
    </div>
  );
}

function When({ situation: { since, tone } }: { situation: Situation }) {
  if (since === null) return null;
  return (
    <span className="text-text-3">
      {tone === 'still' ? (
        <Moment at={since} />
      ) : (
        <>
          <Elapsed since={since} /> so far
        </>
      )}
    </span>
  );
}
