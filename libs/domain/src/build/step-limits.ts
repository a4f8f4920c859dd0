/**
 * How much a build may consist of. Its steps are stored, told to every open page, compared with those of other builds, and asked why
 * they ran: each of these looks at all of them at once.
 */

/** Instructions of one Dockerfile. */
export const mostInstructions = 2_000;

/** Steps that the Dockerfiles of one build ask for together, those that a base image adds included. What several share counts once. */
export const mostSteps = 5_000;

/**
 * Steps of one attempt that are stored: also what an engine does beside them, such as reading contexts and caches. The database takes
 * no more from a builder (migration `step_limits`).
 */
export const mostStoredSteps = 6_000;

/** Characters of the long texts of an attempt's steps together. Of those beyond, only the beginnings are stored. */
export const mostStepText = 2 * 1024 * 1024;
/** Characters of a text that is not long. */
export const shortStepText = 100;

/** What a person can do whose build has too many. */
export const fewerSteps = 'Join instructions, or build a part as an image of its own and start from that.';
