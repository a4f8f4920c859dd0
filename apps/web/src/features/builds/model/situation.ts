import type { Attempt, Build, BuildRelations } from '@cooperage/contracts';
import { engineFloor } from '@cooperage/domain/predicates';
import { formatDuration } from '../../../lib/format/duration';

/** What a person has to know of a build besides its status: whose turn it is, and what has become of it. */
export type SituationKind =
  | 'approval'
  | 'queued'
  | 'pause'
  | 'no_worker'
  | 'limited'
  | 'starting'
  | 'stopping'
  | 'stopped'
  | 'worker_lost'
  | 'signing_held'
  | 'signing_failed'
  | 'registry_held'
  | 'publish_held';

export interface Situation {
  readonly kind: SituationKind;
  readonly tone: 'wait' | 'bad' | 'still';
  readonly words: string;
  /** Since when it is so, where that is known and goes on. */
  readonly since: string | null;
  /** An attempt that is spoken of, to be linked. */
  readonly attempt: number | null;
}

export type SituatedBuild = Pick<
  Build,
  | 'status'
  | 'phase'
  | 'waitReason'
  | 'attempt'
  | 'queuedAt'
  | 'digest'
  | 'failure'
  | 'cancelRequestedAt'
  | 'cancelRequestedBy'
  | 'stoppedAt'
> & { readonly attempts: readonly Pick<Attempt, 'number' | 'state' | 'claimedAt' | 'workerName' | 'failure'>[] };

/** All that is to be said, the most pressing first. Pure: the same build gives the same words. */
export function situationsOf(build: SituatedBuild, queue: BuildRelations['queue']): Situation[] {
  return [waiting(build, queue), stopping(build), held(build), lost(build)].filter((one) => one !== null);
}

function waiting(build: SituatedBuild, queue: BuildRelations['queue']): Situation | null {
  if (build.status === 'awaiting_approval') return say('approval', 'wait', 'Waits until a member lets it begin.');
  if (build.status === 'running' && build.phase === null) return starting(build);
  if (build.status !== 'queued') return null;
  const handedOut = build.attempts.some(({ number, state }) => number === build.attempt && state === 'dispatched');
  if (handedOut) return starting(build);
  const since = build.queuedAt;
  if (build.waitReason === 'retry_pause')
    return say('pause', 'wait', 'Waits a moment before the next attempt, so that what failed can recover.');
  if (build.waitReason === 'no_worker_for_strangers') return say('no_worker', 'wait', forStrangers, since);
  if (build.waitReason === 'no_worker_for_organization') return say('no_worker', 'wait', forOrganization, since);
  const limit = limits[build.waitReason ?? ''];
  if (limit) return say('limited', 'wait', limit, since);
  if (build.waitReason === 'no_worker' || queue?.slots === 0)
    return say('no_worker', 'wait', 'No worker responds. The build starts by itself as soon as one does.', since);
  return say(
    'queued',
    'wait',
    queue ? `${placeWords(queue)} ${slotWords(queue)}${turnWords(queue)}` : 'Waits for a free slot.',
    since,
  );
}

const forStrangers = `Waits for a worker of the lane “strangers”, whose engine is BuildKit ${engineFloor} or later: code of a fork, or of one of several organizations, is built nowhere else.`;

const limits: Readonly<Record<string, string>> = {
  slot_kept_for_others:
    'Waits for a build of your organization to end: the last free slot is kept for other organizations.',
  quota_concurrent_builds: 'Waits for a build of your organization to end: its quota of concurrent builds is used up.',
  quota_build_minutes:
    'Waits: your organization has used up its build minutes of this month. It starts when the next month begins, or when an administrator of the installation raises the quota.',
  quota_log_bytes:
    'Waits: logs and records of builds take up the whole quota of your organization. It starts when older builds, images or logs are deleted, or when an administrator of the installation raises the quota.',
  organization_suspended:
    'Waits: an administrator of the installation has suspended your organization. It starts when the organization is resumed.',
};

const forOrganization = `Waits for a builder for untrusted code, whose engine is BuildKit ${engineFloor} or later: the trusted builders are another organization’s. An administrator of the installation can start one.`;

function starting(build: SituatedBuild): Situation {
  const worker = build.attempts.find(({ number }) => number === build.attempt)?.workerName;
  return say(
    'starting',
    'wait',
    worker ? `${worker} has taken it and begins.` : 'Handed to the workers; the first to answer takes it.',
  );
}

function placeWords({ ahead }: NonNullable<BuildRelations['queue']>): string {
  if (ahead === 0) return 'Next among your organization’s builds.';
  return ahead === 1 ? 'One build of your organization is ahead.' : `${ahead} builds of your organization are ahead.`;
}

/** Its turn among all, and the bound of its wait where it is next. */
function turnWords({ position, freeWithinMs }: NonNullable<BuildRelations['queue']>): string {
  if (position === null) return '';
  if (position > 1) return ` Position ${position} in the queue.`;
  return freeWithinMs === null ? '' : ` A slot is free within ${formatDuration(freeWithinMs)} at the latest.`;
}

function slotWords({ running, slots }: NonNullable<BuildRelations['queue']>): string {
  const all = `All ${slots === 1 ? 'of the one slot is' : `${slots} slots are`} taken`;
  return running === 0 ? `${all} by others; organizations take turns.` : `${all}, ${running} by your organization.`;
}

function stopping(build: SituatedBuild): Situation | null {
  const by = build.cancelRequestedBy;
  if (build.status === 'canceling')
    return say(
      'stopping',
      'wait',
      `Stopping${by ? `, asked for by ${by}` : ''}. The builder says when the work has really ended.`,
      build.cancelRequestedAt,
    );
  if (build.status !== 'canceled' || !build.stoppedAt) return null;
  return say('stopped', 'still', `The work ended${by ? `, stopped by ${by}` : ''}.`, build.stoppedAt);
}

function held(build: SituatedBuild): Situation | null {
  if (
    build.status === 'failed' &&
    (build.failure?.code === 'SigningUnavailable' || build.failure?.code === 'VerificationFailed')
  )
    return say(
      'signing_failed',
      'bad',
      'The image was built and could not be signed or verified. It stays by its digest; no tag has moved.',
    );
  if (build.status !== 'running') return null;
  if (build.waitReason === 'signing_held')
    return say(
      'signing_held',
      'wait',
      'The image exists by its digest and waits for its signature: the signing key cannot be used now. No tag has moved; it goes on by itself.',
    );
  if (build.waitReason === 'registry_unavailable')
    return say(
      'registry_held',
      'wait',
      'The registry does not answer as it should. It is asked again; what was built is kept.',
    );
  if (build.waitReason === 'internal_error')
    return say(
      'publish_held',
      'wait',
      'Publishing was interrupted on our side. It goes on by itself; what was built is kept.',
    );
  return null;
}

function lost(build: SituatedBuild): Situation | null {
  const gone = build.attempts.findLast(
    ({ number, state }) => state === 'lost' || (state === 'failed' && number < build.attempt),
  );
  if (!gone) return null;
  const after = build.attempts.find(({ number }) => number === gone.number + 1);
  const then = after ? `attempt ${after.number} took its place` : 'no further attempt was made';
  const what =
    gone.state === 'lost'
      ? `was lost: ${gone.workerName ?? 'its worker'} stopped responding.`
      : `failed${gone.failure ? `: ${gone.failure.message}` : '.'}`;
  const words = `Attempt ${gone.number} ${what} Its log is kept, and ${then}.`;
  return { ...say('worker_lost', 'still', words), attempt: gone.number };
}

function say(kind: SituationKind, tone: Situation['tone'], words: string, since: string | null = null): Situation {
  return { kind, tone, words, since, attempt: null };
}
