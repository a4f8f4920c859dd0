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
}

/** Reads from a delivery whether a forge pushed, a person replayed it, or a person started a build by hand. */
export function askOf(subject: Pick<EvaluationSubject, 'eventName' | 'replayOf' | 'sender' | 'body'>): Ask {
  if (subject.eventName === 'manual') {
    const { ruleId, zone, actor } = JSON.parse(Buffer.from(subject.body ?? []).toString('utf8')) as Partial<
      Pick<ManualStart, 'zone'>
    > &
      Pick<ManualStart, 'ruleId'> & { actor: string };
    return { trigger: 'manual', triggeredBy: actor, ruleId, deduplicate: false, fromFork: zone === 'fork' };
  }
  if (subject.replayOf)
    return { trigger: 'replay', triggeredBy: subject.sender, ruleId: null, deduplicate: false, fromFork: false };
  return { trigger: 'push', triggeredBy: subject.sender, ruleId: null, deduplicate: true, fromFork: false };
}
