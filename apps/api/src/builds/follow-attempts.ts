import { setTimeout } from 'node:timers/promises';
import type { AttemptView, BuildDetails } from '@cooperage/db';
import type { AttemptEvent, LogHub } from '@cooperage/logs/read';

/** How often it is looked whether a build has got a further attempt, in milliseconds. */
const pollMs = 500;
/** A builder ends a log shortly before it records how the attempt ended, in milliseconds. */
const recordedWithinMs = 1_000;

type Attempt = Pick<AttemptView, 'id' | 'number'>;

export interface FollowedBuild {
  readonly hub: Pick<LogHub, 'follow'>;
  readonly details: Pick<BuildDetails, 'attemptsBetween' | 'hasEnded'>;
  readonly buildId: string;
  readonly first: Attempt;
  /** Entry of the first attempt to begin with. */
  readonly fromN: number;
  readonly signal: AbortSignal;
}

/** The log of an attempt, and after it those of the attempts that come next, until the build gets no more. */
export async function* followAttempts(build: FollowedBuild): AsyncGenerator<AttemptEvent> {
  const { hub, signal } = build;
  for (let attempt = build.first, fromN = build.fromN; ; fromN = 0) {
    let end: AttemptEvent | undefined;
    for await (const event of hub.follow(attempt.id, fromN, signal)) {
      if (event.kind === 'complete') end = { ...event, attempt: attempt.number };
      else yield { ...event, attempt: attempt.number };
    }
    if (!end) return;
    const next = await nextAttempt(build, attempt);
    if (!next) return yield end;
    attempt = next;
  }
}

/** The attempt after this one, as soon as there is one; null when there is none to come, and at the signal. */
async function nextAttempt({ details, buildId, signal }: FollowedBuild, { number }: Attempt): Promise<Attempt | null> {
  const sinceMs = performance.now();
  while (!signal.aborted) {
    // The build is asked first: one that has ended gets no attempt between the two questions.
    const hasEnded = await details.hasEnded(buildId);
    const attempts = await details.attemptsBetween(buildId, number, number + 1);
    const next = attempts.find((attempt) => attempt.number > number);
    if (next) return next;
    const state = attempts.find((attempt) => attempt.number === number)?.state;
    const isOpen = state === 'claimed' && performance.now() - sinceMs < recordedWithinMs;
    if (hasEnded || !(isOpen || state === 'lost' || state === 'failed')) return null;
    await setTimeout(pollMs, undefined, { signal }).catch(() => {});
  }
  return null;
}
