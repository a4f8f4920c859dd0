import { engineFeaturesSchema, engineStoreSchema, type WorkerView } from '@cooperage/contracts';
import type { DrainRecord, LostBuildRecord, ProcessInfo, ProcessRecord, RunningBuild } from '@cooperage/db';

/** A process that was silent for this long is shown as lost, whatever its row says so far. */
const silentMs = 30_000;

export interface WorkerFacts {
  readonly builds: readonly RunningBuild[];
  readonly lost: readonly LostBuildRecord[];
  readonly drains: readonly DrainRecord[];
  readonly now: Date;
}

export function presentWorker(process: ProcessRecord, facts: WorkerFacts): WorkerView {
  const { id, name, role, info, pool } = process;
  const builds = facts.builds.filter(({ instanceId }) => instanceId === id);
  const drain = role === 'builder' ? facts.drains.find((each) => each.name === name && each.pool === pool) : undefined;
  return {
    ...{ id, name, role },
    state: stateOf(process, { isBusy: builds.length > 0, isDraining: drain !== undefined }, facts.now),
    startedAt: process.startedAt.toISOString(),
    heartbeatAt: process.heartbeatAt.toISOString(),
    endedAt: process.endedAt?.toISOString() ?? null,
    version: info.version ?? null,
    slots: info.slots ?? null,
    lane: pool,
    engine: info.engine ?? null,
    engineVersion: info.engineVersion ?? null,
    engineFeatures: engineFeaturesSchema.safeParse(info.engineFeatures).data ?? null,
    platforms: [...(info.platforms ?? [])],
    disk: space(info.diskFreeBytes, info.diskTotalBytes),
    memory: space(info.memoryFreeBytes, info.memoryTotalBytes),
    store: engineStoreSchema.safeParse(info.engineStore).data ?? null,
    builds: builds.map(({ instanceId: _, ...build }) => build),
    lostBuilds: facts.lost.filter(({ instanceId }) => instanceId === id).map(({ instanceId: _, ...build }) => build),
    drain: drain ? { requestedBy: drain.requestedBy, requestedAt: drain.requestedAt.toISOString() } : null,
    note: noteOf(info),
  };
}

/** That it drains is a state of its own. */
function noteOf({ note, draining }: ProcessInfo): string | null {
  return draining ? null : (note ?? null);
}

function space(freeBytes: number | undefined, totalBytes: number | undefined): WorkerView['disk'] {
  return freeBytes === undefined || totalBytes === undefined ? null : { freeBytes, totalBytes };
}

interface Work {
  readonly isBusy: boolean;
  readonly isDraining: boolean;
}

function stateOf(process: ProcessRecord, { isBusy, isDraining }: Work, now: Date): WorkerView['state'] {
  if (process.endReason === 'silent') return 'lost';
  if (process.endedAt !== null) return 'ended';
  if (now.getTime() - process.heartbeatAt.getTime() > silentMs) return 'lost';
  if (isDraining) return 'draining';
  return isBusy ? 'busy' : 'idle';
}
