import type { WorkerView } from '@cooperage/contracts';
import { Badge, type Tone } from '@/components/ui/badge';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { visibleText } from '@/lib/format/names';

const states: Readonly<Record<WorkerView['state'], { words: string; tone: Tone }>> = {
  idle: { words: 'idle', tone: 'plain' },
  busy: { words: 'busy', tone: 'accent' },
  lost: { words: 'lost', tone: 'bad' },
  ended: { words: 'ended', tone: 'plain' },
};

export function WorkerCard({ worker }: { worker: WorkerView }) {
  const state = states[worker.state];
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          <code>{visibleText(worker.name)}</code>
          <span className="font-normal">{worker.role}</span>
        </span>
      }
      aside={<Badge tone={state.tone}>{state.words}</Badge>}
    >
      {worker.note && (
        <p className="border-b border-line bg-wait-bg px-3 py-2 text-sm text-wait">{visibleText(worker.note)}</p>
      )}
      <Facts>
        {worker.slots !== null && (
          <Fact name="Slots">
            <span className="tabular-nums">
              {worker.builds.length} of {worker.slots} in use
            </span>
          </Fact>
        )}
        {worker.builds.length > 0 && (
          <Fact name={worker.state === 'lost' ? 'Had' : 'Builds'}>
            {worker.builds.map((build) => (
              <span key={build.id} className="mr-2 whitespace-nowrap">
                {build.projectSlug} #{build.number}
              </span>
            ))}
            {worker.state === 'lost' && (
              <span className="block text-sm text-text-2">A new attempt of it starts on another worker by itself.</span>
            )}
          </Fact>
        )}
        {worker.engine && (
          <Fact name="Engine">
            {worker.engine} {worker.engineVersion ?? 'of unknown version'}
          </Fact>
        )}
        {worker.platforms.length > 0 && (
          <Fact name="Platforms">
            <code>{worker.platforms.join(', ')}</code>
          </Fact>
        )}
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
