import type { BuildTrigger, EvaluationSubject, ManualStart } from '@cooperage/db';

/** What a delivery asks for. */
export interface Ask {
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
  /** Null for every rule; else only this one, whether or not it would match. */
  readonly ruleId: string | null;
  /** False when a person asked: then a commit that was built already is built again. */
  readonly deduplicate: boolean;
  /** It is to be built as strangers' code. */
  readonly fromFork: boolean;
  /** The branch that it is to be merged into; full ref. */
  readonly targetRef: string | null;
  /** It is to read no cache. */
  readonly noCache: boolean;
}

const byItself = { ruleId: null, fromFork: false, targetRef: null, noCache: false } as const;

/** Reads from a delivery whether a forge pushed, a person replayed it, or a person started a build by hand. */
export function askOf(subject: Pick<EvaluationSubject, 'eventName' | 'replayOf' | 'sender' | 'body'>): Ask {
  if (subject.eventName === 'manual') {
    const { actor, ruleId, zone, targetRef = null, noCache = false } = startOf(subject.body);
    const asked = { ruleId, fromFork: zone === 'fork', targetRef, noCache };
    // The one who replays a start starts the build: the body names who did so first.
    const triggeredBy = subject.replayOf ? subject.sender : actor;
    return { ...asked, trigger: 'manual', triggeredBy, deduplicate: false };
  }
  const triggeredBy = subject.sender;
  if (subject.replayOf) return { ...byItself, trigger: 'replay', triggeredBy, deduplicate: false };
  return { ...byItself, trigger: 'push', triggeredBy, deduplicate: true };
}

/** What this service wrote itself; an older version of it wrote less. */
function startOf(
  body: EvaluationSubject['body'],
): Pick<ManualStart, 'ruleId'> & Partial<ManualStart> & { actor: string } {
  return JSON.parse(Buffer.from(body ?? []).toString('utf8'));
}
