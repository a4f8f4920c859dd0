import type { WorkerView } from '@cooperage/contracts';
import { Badge, type Tone } from '@/components/ui/badge';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { storeWords } from '../model/store-words';
import { lostBuildWords } from '../model/worker-order';
import { DrainButton } from './drain-button';
import { SpaceBar } from './space-bar';

const states: Readonly<Record<WorkerView['state'], { words: string; tone: Tone }>> = {
  idle: { words: '○ idle', tone: 'plain' },
  busy: { words: '◐ busy', tone: 'accent' },
  draining: { words: '⇣ draining', tone: 'wait' },
  lost: { words: '✕ lost', tone: 'bad' },
  ended: { words: '– ended', tone: 'plain' },
};

const laneWords: Readonly<Record<NonNullable<WorkerView['lane']>, string>> = {
  trusted: 'trusted builds only',
  strangers: 'code of strangers: forks, and organizations that do not trust each other',
};

export interface WorkerCardProps {
  readonly worker: WorkerView;
  /** Whether the reader may drain and resume. */
  readonly administrator: boolean;
}

export function WorkerCard({ worker, administrator }: WorkerCardProps) {
  const state = states[worker.state];
  const isBuilder = worker.role === 'builder' && worker.state !== 'ended';
  return (
    <Card
      id={`worker-${worker.id}`}
      title={
        <span className="flex items-center gap-2">
          <code className="break-all">{visibleText(worker.name)}</code>
          <span className="font-normal">{worker.role}</span>
        </span>
      }
      aside={
        <>
          {isBuilder && administrator && <DrainButton id={worker.id} draining={worker.drain !== null} />}
          <Badge tone={state.tone}>{state.words}</Badge>
        </>
      }
    >
      <WorkerNotes worker={worker} />
      <Facts>
        {worker.slots !== null && (
          <Fact name="Slots">
            <span className="tabular-nums">
              {worker.builds.length} of {worker.slots} with builds of yours
            </span>
          </Fact>
        )}
        {worker.builds.length > 0 && (
          <Fact name={worker.state === 'lost' ? 'Had' : 'Builds now'}>
            {worker.builds.map((build) => (
              <Link
                key={build.id}
                href={buildPath(build)}
                data-row
                className={`mr-2 whitespace-nowrap ${textLinkClass}`}
              >
                {visibleText(build.projectSlug)} #{build.number}
              </Link>
            ))}
          </Fact>
        )}
        {worker.lostBuilds.map((build) => (
          <Fact key={build.id} name="Lost build">
            <Link href={buildPath(build)} className={textLinkClass}>
              {visibleText(build.projectSlug)} #{build.number}
            </Link>
            <span className="block text-sm text-text-2">{lostBuildWords(build)}</span>
          </Fact>
        ))}
        {worker.lane && <Fact name="Takes">{laneWords[worker.lane]}</Fact>}
        {worker.engine && (
          <Fact name="Engine">
            {worker.engine} {worker.engineVersion ?? 'of unknown version'}
          </Fact>
        )}
        {worker.version && <Fact name="Version">{worker.version}</Fact>}
        {worker.platforms.length > 0 && (
          <Fact name="Platforms">
            <code>{worker.platforms.join(', ')}</code>
          </Fact>
        )}
        {worker.store && <StoreFact store={worker.store} />}
        {worker.disk && <SpaceBar name="Disk" space={worker.disk} />}
        {worker.memory && <SpaceBar name="Memory" space={worker.memory} />}
        <Fact name="Heard of">
          <Moment at={worker.heartbeatAt} />
        </Fact>
        <Fact name={worker.endedAt ? 'Ended' : 'Up since'}>
          <Moment at={worker.endedAt ?? worker.startedAt} />
        </Fact>
      </Facts>
    </Card>
  );
}

/** Of all projects together: an engine does not know whose a result is. */
function StoreFact({ store }: { store: NonNullable<WorkerView['store']> }) {
  return (
    <Fact name="Keeps">
      <span className="tabular-nums">{storeWords(store)}</span>
      {store.oldestUse && (
        <span className="block text-sm text-text-2">
          oldest use <Moment at={store.oldestUse} flowing />
        </span>
      )}
      <span className="block text-sm text-text-2">
        measured <Moment at={store.measuredAt} flowing />
      </span>
    </Fact>
  );
}

function WorkerNotes({ worker }: { worker: WorkerView }) {
  const noteClass = 'border-b border-line bg-wait-bg px-3 py-2 text-sm text-wait';
  return (
    <>
      {worker.note && <p className={noteClass}>{visibleText(worker.note)}</p>}
      {worker.drain && worker.state === 'draining' && (
        <p className={noteClass}>
          {worker.builds.length > 0 ? 'It finishes what it builds' : 'It takes no builds'}, as{' '}
          {visibleText(worker.drain.requestedBy)} asked <Moment at={worker.drain.requestedAt} flowing />. A restart
          changes nothing.
        </p>
      )}
    </>
  );
}
