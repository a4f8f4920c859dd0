import type { Choice } from '../choice.ts';

/** Where somebody finds what to do about it: docs/operations.md, ADR 87. */
const SENTENCE =
  'this Docker engine does not compare layers with the sums that an image names: who may push a branch can replace a base image ' +
  'for all projects; where not all who push are trusted, use docker-compose.yml, or BuildKit 0.33.1 or later at BUILDKIT_HOST';

/** What an operator has to know of the engine for trusted builds. Our own compares; of one that was named the workers page says it. */
export function layersProblem({ kind }: Pick<Choice, 'kind'>): string | undefined {
  return kind === 'container' ? SENTENCE : undefined;
}
