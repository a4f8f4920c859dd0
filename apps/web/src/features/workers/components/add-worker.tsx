import { engineFloor } from '@cooperage/domain/predicates';
import { Card } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';

const environment = `DATABASE_URL=postgresql://cooperage_builder:…@db.example:5432/cooperage
REDIS_URL=redis://cooperage-builder:…@redis.example:6379
PUBLIC_URL=https://cooperage.example
ENCRYPTION_KEY=…
COOPERAGE_REGISTRY=registry.example
BUILDKIT_HOST=tcp://buildkit.example:1234
COOPERAGE_MIRROR_ROOT=/var/lib/cooperage/mirrors
COOPERAGE_WORKER_NAME=builder-2
COOPERAGE_BUILD_SLOTS=2`;

export const builderCommand = 'node apps/worker/dist/main.supervisor.js builder';

/** What an operator runs, as it is: there is no token that would carry these settings to another machine. */
export function AddWorker() {
  return (
    <Card title="Add a worker" id="add">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-3 py-3">
        <p className="max-w-[75ch]">
          A worker is the same software with another command, beside a BuildKit of its own. Give it these settings, with
          the values that the other processes have; the name must be its own. Whoever has them may build in your name:
          keep them as you keep passwords, there is no token that expires instead.
        </p>
        <CopyLine text={environment} what="settings of a builder" />
        <CopyLine text={builderCommand} what="command of a builder" />
        <p className="max-w-[75ch]">
          Code of forks, and all code where several organizations build that do not trust each other, waits for a worker
          with <code>COOPERAGE_LANE=strangers</code> and <code>COOPERAGE_BUILD_SLOTS=1</code>, which connects to the
          database as
          <code>cooperage_builder_untrusted</code> and to Redis as <code>cooperage-builder-untrusted</code>. Its engine
          is BuildKit {engineFloor} or later, used by nobody else: it is emptied between two builds. On one machine:{' '}
          <code>./cooperage up --strangers</code>.
        </p>
        <p className="text-sm text-text-2">
          With Docker Compose on one machine: <code>docker compose up -d --scale builder=2</code>, where{' '}
          <code>COOPERAGE_WORKER_NAME</code> is left out so that each takes its host’s name. It shows up here with its
          first heartbeat.
        </p>
      </div>
    </Card>
  );
}
