/** A step that ran, with when it ended by the builder's clock. */
export interface EndedStep {
  readonly completedAt: Date;
}

/** A result is kept in the moment in which its step ends: a step further away than this is another one's. */
export const recordSlackMs = 50;

/**
 * The step whose result a record is. BuildKit names neither in the other's terms, but it dates the record with the end of
 * its step.
 * @param steps that ran, of any build that may have made the record
 */
export function stepOfRecord<S extends EndedStep>(createdAt: Date, steps: readonly S[]): S | null {
  const away = ({ completedAt }: S) => Math.abs(completedAt.getTime() - createdAt.getTime());
  const nearest = steps.reduce<S | null>(
    (best, step) => (best === null || away(step) < away(best) ? step : best),
    null,
  );
  return nearest !== null && away(nearest) <= recordSlackMs ? nearest : null;
}
