import type { WorkerView } from '@cooperage/contracts';
import type { ProcessRecord, RunningBuild } from '@cooperage/db';

/** A process that was silent for this long is shown as lost, whatever its row says so far. */
const silentMs = 30_000;

export function presentWorker(process: ProcessRecord, builds: readonly RunningBuild[], now: Date): WorkerView {
  const { id, name, role, info } = process;
  return {
    ...{ id, name, role },
    state: stateOf(process, builds.length > 0, now),
    startedAt: process.startedAt.toISOString(),
    heartbeatAt: process.heartbeatAt.toISOString(),
    endedAt: process.endedAt?.toISOString() ?? null,
    slots: info.slots ?? null,
    engine: info.engine ?? null,
    engineVersion: info.engineVersion ?? null,
    platforms: [...(info.platforms ?? [])],
    builds: builds.map(({ id: buildId, number, projectSlug }) => ({ id: buildId, number, projectSlug })),
    note: info.note ?? null,
  };
}

function stateOf(process: ProcessRecord, isBusy: boolean, now: Date): WorkerView['state'] {
  if (process.endReason === 'silent') return 'lost';
  if (process.endedAt !== null) return 'ended';
  if (now.getTime() - process.heartbeatAt.getTime() > silentMs) return 'lost';
  return isBusy ? 'busy' : 'idle';
}
