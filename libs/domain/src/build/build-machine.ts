/**
 * The build machine: a pure table, without clock or storage. `BuildRepository.transition` in `libs/db` is its one
 * caller that writes; pages and API use the predicates.
 */
export const buildStatuses = [
  'awaiting_approval',
  'queued',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'canceled',
  'timed_out',
] as const;
export type BuildStatus = (typeof buildStatuses)[number];

/** Inside `running`: who holds the build, and whether the publish gate has been passed. */
export const buildStages = ['builder', 'control', 'publishing'] as const;
export type BuildStage = (typeof buildStages)[number];

export interface BuildState {
  readonly status: BuildStatus;
  /** Set exactly while `status` is `running` or `canceling`. */
  readonly stage: BuildStage | null;
}

export type BuildEvent =
  | { readonly type: 'approve' }
  /** A builder has claimed the dispatched attempt. */
  | { readonly type: 'claimed' }
  /** A person or a newer push no longer wants it. */
  | { readonly type: 'cancel' }
  /** The builder has pushed the image by digest into the staging repository. */
  | { readonly type: 'built' }
  /** Signed and verified by digest: the publish gate. From here the work only rolls forward. */
  | { readonly type: 'gate' }
  | { readonly type: 'published' }
  | { readonly type: 'failed'; readonly retryable: boolean; readonly attemptsLeft: boolean }
  | { readonly type: 'timeout' }
  | { readonly type: 'leaseLost'; readonly attemptsLeft: boolean }
  /** The builder confirms that the canceled work has really ended. */
  | { readonly type: 'stopped' };

export type TransitionResult =
  | { readonly ok: true; readonly next: BuildState }
  | { readonly ok: false; readonly reason: 'final' | 'too_late' | 'not_now' };

const to = (status: BuildStatus, stage: BuildStage | null = null): TransitionResult => ({
  ok: true,
  next: { status, stage },
});
const refuse = (reason: 'final' | 'too_late' | 'not_now'): TransitionResult => ({ ok: false, reason });

export const initialBuildState: BuildState = { status: 'queued', stage: null };

export function isFinal(status: BuildStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled' || status === 'timed_out';
}

/** Whether a cancel would still change the outcome. */
export function canCancel(state: BuildState): boolean {
  return !isFinal(state.status) && state.status !== 'canceling' && state.stage !== 'publishing';
}

/** A person's retry is always a new build; it needs an old one that has ended. */
export function canRetry(state: BuildState): boolean {
  return isFinal(state.status);
}

/** What `event` makes of `state`. Refusals name why, so that a caller can tell a person "too late" from "already over". */
export function transition(state: BuildState, event: BuildEvent): TransitionResult {
  if (isFinal(state.status)) return refuse('final');
  switch (state.status) {
    case 'awaiting_approval':
      return fromAwaitingApproval(event);
    case 'queued':
      return fromQueued(event);
    case 'canceling':
      return fromCanceling(event);
    default:
      return fromRunning(state.stage, event);
  }
}

function fromAwaitingApproval(event: BuildEvent): TransitionResult {
  if (event.type === 'approve') return to('queued');
  if (event.type === 'cancel' || event.type === 'timeout') return to('canceled');
  return refuse('not_now');
}

function fromQueued(event: BuildEvent): TransitionResult {
  if (event.type === 'claimed') return to('running', 'builder');
  if (event.type === 'cancel') return to('canceled');
  if (event.type === 'timeout') return to('timed_out');
  return refuse('not_now');
}

function fromRunning(stage: BuildStage | null, event: BuildEvent): TransitionResult {
  if (stage === 'builder') return fromBuilder(event);
  if (stage === 'control') return fromControl(event);
  return stage === 'publishing' ? fromPublishing(event) : refuse('not_now');
}

function fromBuilder(event: BuildEvent): TransitionResult {
  switch (event.type) {
    case 'cancel':
      return to('canceling', 'builder');
    case 'built':
      return to('running', 'control');
    case 'failed':
      return event.retryable && event.attemptsLeft ? to('queued') : to('failed');
    case 'timeout':
      return to('timed_out');
    case 'leaseLost':
      return event.attemptsLeft ? to('queued') : to('failed');
    default:
      return refuse('not_now');
  }
}

function fromControl(event: BuildEvent): TransitionResult {
  switch (event.type) {
    case 'cancel':
      return to('canceled');
    case 'gate':
      return to('running', 'publishing');
    case 'failed':
    case 'timeout':
      return to('failed');
    default:
      return refuse('not_now');
  }
}

function fromPublishing(event: BuildEvent): TransitionResult {
  if (event.type === 'published') return to('succeeded');
  if (event.type === 'failed') return to('failed');
  if (event.type === 'cancel') return refuse('too_late');
  return refuse('not_now');
}

function fromCanceling(event: BuildEvent): TransitionResult {
  switch (event.type) {
    case 'stopped':
    case 'built':
    case 'failed':
    case 'timeout':
    case 'leaseLost':
      return to('canceled');
    default:
      return refuse('not_now');
  }
}
