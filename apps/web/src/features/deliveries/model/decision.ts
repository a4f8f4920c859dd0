import type { DeliveryView } from '@cooperage/contracts';

export interface Decision {
  readonly tone: 'good' | 'bad' | 'wait' | 'plain';
  readonly words: string;
  /** Numbers of the builds that came of it. */
  readonly builds: readonly number[];
  /** There may be further builds: a list has room for some of the verdicts, those with builds first. */
  readonly mayHaveMore?: true;
}

/** What became of a delivery, in a line: the answer to "I pushed, and then?". */
export function decisionOf(delivery: DeliveryView): Decision {
  const builds = delivery.verdicts.flatMap((verdict) => (verdict.buildNumber === null ? [] : [verdict.buildNumber]));
  switch (delivery.status) {
    case 'received':
      return { tone: 'wait', words: 'received, not looked at yet', builds };
    case 'evaluating':
      return { tone: 'wait', words: delivery.note ?? 'being looked at', builds };
    case 'failed':
      return { tone: 'bad', words: delivery.note ?? delivery.failureCode ?? 'could not be looked at', builds };
    case 'ignored':
      return { tone: 'plain', words: delivery.note ?? 'starts nothing', builds };
    case 'evaluated':
      return evaluated(delivery, builds);
  }
}

function evaluated(delivery: DeliveryView, builds: readonly number[]): Decision {
  const rules = delivery.verdicts.length + delivery.verdictsLeftOut;
  const mayHaveMore = delivery.verdictsLeftOut > 0 && builds.length === delivery.verdicts.length;
  if (builds.length > 0) return { tone: 'good', words: 'built', builds, ...(mayHaveMore && { mayHaveMore }) };
  if (delivery.note) return { tone: 'plain', words: delivery.note, builds };
  const [only] = delivery.verdicts;
  if (!only) return { tone: 'plain', words: 'the project has no rule', builds };
  const words = rules === 1 ? only.explanation : `none of ${rules} rules matched`;
  return { tone: 'plain', words, builds };
}
