import type { VertexState } from '@cooperage/buildkit';
import { readsImage } from '@cooperage/domain';
import type { StepState } from '../engine.js';

/** What an engine does for a build in its own process, outside of the limits that steps have. */
export interface OwnWork {
  /** Whether no step of the build had begun. */
  readonly beforeSteps: boolean;
  /** The vertex that is worked at; an image that is read comes before others. Undefined where the engine does not say. */
  readonly doing: string | undefined;
}

/** Reading of Dockerfiles, contexts and images, and asking for tokens. */
const reads = /^\[(?:[^\]\s]+ )?(?:internal\] load |auth\] )/;
/** ADD unpacks what it is given. */
const unpacks = /^\[[^\]]*\d+\/\d+\] ADD /;

/**
 * Finds the engine's own work in a build's graph. A step that runs beside it makes it no less: a build could have one that sleeps.
 * @param isOpen whether the engine said last of a vertex that it is begun
 * @returns null where there is none, and where nothing has begun
 */
export function ownWork(
  vertexes: readonly VertexState[],
  isOpen: (vertex: VertexState) => boolean,
  stepOf: (vertex: VertexState) => StepState,
): OwnWork | null {
  const begun = vertexes.filter(({ startedAt }) => startedAt).map((vertex) => ({ vertex, step: stepOf(vertex) }));
  if (begun.length === 0) return null;
  const beforeSteps = begun.every(({ step }) => step.internal || step.fetches);
  // What a step has begun with is there. Of what two builds fetched together the engine may never say so.
  const there = new Set(begun.flatMap(({ step }) => (step.internal || step.cached ? [] : step.inputs)));
  const open = begun.filter(({ vertex, step }) => isOpen(vertex) && !there.has(step.id) && isOwn(step));
  if (!beforeSteps && open.length === 0) return null;
  const doing = open.find(({ step }) => readsImage(step.name)) ?? open[0];
  return { beforeSteps, doing: doing?.step.id };
}

function isOwn({ internal, fetches, name }: StepState): boolean {
  return fetches !== undefined || (internal ? reads : unpacks).test(name);
}
