import { type BuildEvent, type BuildState, buildStages, buildStatuses, transition } from '@cooperage/domain';

export interface BuildMove {
  readonly from: BuildState;
  readonly to: BuildState;
}

/** Every state that a row can be in. */
const states: readonly BuildState[] = buildStatuses.flatMap((status): BuildState[] => {
  if (status === 'running') return buildStages.map((stage) => ({ status, stage }));
  return [{ status, stage: status === 'canceling' ? 'builder' : null }];
});

/**
 * All that an event can do, by the machine's own word: one statement then compares and sets, without a look at the row
 * before it.
 */
export function movesOf(event: BuildEvent): BuildMove[] {
  return states.flatMap((from) => {
    const result = transition(from, event);
    return result.ok ? [{ from, to: result.next }] : [];
  });
}
