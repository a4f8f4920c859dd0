import type { Choice } from '../choice.ts';

const AS_IT_IS = 'it has no network rules and no limits of ours, so it is for trusted builds alone';

/** Where somebody finds what to do about it: docs/operations.md, ADR 87. */
const LAYERS =
  'it does not compare layers with the sums that an image names: who may push a branch can replace a base image ' +
  'for all projects; where not all who push are trusted, use docker-compose.yml, or BuildKit 0.33.1 or later at BUILDKIT_HOST';

/** ADR 46. */
const SOURCES =
  'it does not always look at which source of a COPY or RUN stands where when it finds what one made before: who may push a branch ' +
  'can exchange files in images; where not all who push are trusted, use docker-compose.yml';

/**
 * What an operator has to know where builds run in the machine's own Docker engine, and why they do; of another engine nothing:
 * ours has all of it, and of one that was named the workers page says it.
 */
export function machineEngineProblems(choice: Choice): string[] {
  return choice.kind === 'container' ? [`it is used because ${choice.obstacle}; ${AS_IT_IS}`, LAYERS, SOURCES] : [];
}
