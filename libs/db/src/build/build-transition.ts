import { type BuildEvent, type BuildState, isFinal, type TransitionResult, transition } from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { promise } from '../outbox/outbox-repository.js';
import { toBuildRecord, toJson } from './build-mapping.js';
import { type BuildRecord, stateOf } from './build-record.js';

export type Refusal = Extract<TransitionResult, { ok: false }>['reason'];
export type TransitionOutcome =
  | { readonly ok: true; readonly build: BuildRecord }
  | { readonly ok: false; readonly reason: Refusal | 'stale' | 'not_found' };

/** Under which circumstances the caller's event still holds. */
export interface Expectation {
  /** The epoch in whose name the caller speaks; a newer attempt makes it stale. */
  readonly attemptNumber?: number;
}

/** Columns that change together with the state. Status, stage and version are not the caller's to set. */
export type BuildChange = Omit<
  Prisma.BuildUncheckedUpdateManyInput,
  'id' | 'status' | 'stage' | 'version' | 'finishedAt' | 'startedAt' | 'builtAt' | 'stoppedAt'
>;

/**
 * The one place that changes a build's state: asks the machine, updates where the version still matches, appends the
 * event, wakes whom it concerns, all in the caller's transaction.
 * @param eventActor who wanted it, for people's events
 */
export async function transitionIn(
  tx: Prisma.TransactionClient,
  buildId: string,
  expected: Expectation,
  event: BuildEvent,
  change: BuildChange = {},
  eventActor: string | null = null,
): Promise<TransitionOutcome> {
  // Locks the row: a concurrent writer waits here for the few milliseconds of this transaction, then sees the new state.
  const [locked] = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM build WHERE id = ${buildId}::uuid FOR UPDATE`;
  if (!locked) return { ok: false, reason: 'not_found' };
  const before = toBuildRecord(await tx.build.findUniqueOrThrow({ where: { id: buildId } }));
  if (expected.attemptNumber !== undefined && expected.attemptNumber !== before.attemptNumber)
    return { ok: false, reason: 'stale' };
  const result = transition(stateOf(before), event);
  if (!result.ok) return result;
  const row = await tx.build.update({
    where: { id: buildId },
    data: { ...change, ...result.next, ...moments(before, event, result.next), version: { increment: 1 } },
  });
  const build = toBuildRecord(row);
  await append(tx, before, build, event, eventActor);
  await wake(tx, build, event);
  return { ok: true, build };
}

/** Times that follow from the transition itself. */
function moments(
  before: BuildRecord,
  event: BuildEvent,
  next: BuildState,
): Partial<Prisma.BuildUncheckedUpdateManyInput> {
  const now = new Date();
  const closed = isFinal(next.status) ? { finishedAt: now, phase: null, phases: toJson(closePhases(before, now)) } : {};
  if (event.type === 'claimed')
    return {
      startedAt: before.startedAt ?? now,
      phase: 'fetch',
      phases: toJson([{ phase: 'fetch', startedAt: now.toISOString(), endedAt: null }]),
      waitReason: null,
    };
  if (event.type === 'built') return { ...closed, builtAt: now };
  if (next.status === 'queued') return { phase: null, phases: toJson(closePhases(before, now)) };
  return before.status === 'canceling' ? { ...closed, stoppedAt: now } : closed;
}

export function closePhases(build: BuildRecord, now: Date): object[] {
  return build.phases.map((span) => ({ ...span, endedAt: span.endedAt ?? now.toISOString() }));
}

async function append(
  tx: Prisma.TransactionClient,
  before: BuildRecord,
  after: BuildRecord,
  event: BuildEvent,
  actor: string | null,
): Promise<void> {
  await tx.buildEvent.create({
    data: {
      buildId: after.id,
      version: after.version,
      event: event.type,
      fromStatus: before.status,
      toStatus: after.status,
      stage: after.stage,
      attemptNumber: after.attemptNumber,
      actor,
      ...(after.failure && { detail: toJson(after.failure) }),
    },
  });
}

async function wake(tx: Prisma.TransactionClient, build: BuildRecord, event: BuildEvent): Promise<void> {
  if (event.type === 'built' && build.status === 'running') await promise(tx, 'publish', build.id, build.projectId);
  if (build.status === 'canceling') await tx.$executeRaw`SELECT pg_notify(${channels.cancel}, ${build.id})`;
  if (build.status === 'queued' || isFinal(build.status) || build.stage === 'control')
    await tx.$executeRaw`SELECT pg_notify(${channels.dispatch}, '')`;
  await announce(tx, build);
}

/** Tells live pages that a build changed; they ask for its data again. The payload is the contract's `BuildChange`. */
export async function announce(tx: Pick<Prisma.TransactionClient, '$executeRaw'>, build: BuildRecord): Promise<void> {
  const payload = JSON.stringify({
    buildId: build.id,
    projectId: build.projectId,
    organizationId: build.organizationId,
    number: build.number,
    version: build.version,
    status: build.status,
    phase: build.phase,
    attempt: build.attemptNumber,
  });
  await tx.$executeRaw`SELECT pg_notify(${channels.build}, ${payload})`;
}
