import { z } from 'zod';
import { commitSchema, digestSchema, idSchema, timeSchema } from './common.js';
import { shownFileSchema } from './shown-file.js';

export const greenBuildSchema = z.object({
  id: idSchema,
  number: z.number().int(),
  commit: commitSchema,
  digest: digestSchema.nullable(),
  sizeBytes: z.number().int().nullable(),
});

/** What stands around a build. */
export const buildRelationsSchema = z.object({
  /** Numbers of the builds of this project before and after it. */
  previous: z.number().int().nullable(),
  next: z.number().int().nullable(),
  /** The newest earlier build of the same rule that succeeded, of the same ref where there is one. */
  lastGreen: greenBuildSchema.nullable(),
  /** Its place in the queue; null unless it waits there. */
  queue: z
    .object({
      /** Builds of the same organization that get a slot before it. */
      ahead: z.number().int(),
      /** Builds of the same organization that hold a slot. */
      running: z.number().int(),
      /** Slots of all workers that answer. */
      slots: z.number().int(),
      /** From 1, among all that wait in its pool; null while it pauses after a fault. */
      position: z.number().int().nullable(),
      /** The same as of the pool in the queue: milliseconds after which a slot is free at the latest. */
      freeWithinMs: z.number().nullable(),
    })
    .nullable(),
  /** Tags that this build has moved. */
  movedTags: z.array(z.object({ tag: z.string(), from: digestSchema.nullable(), to: digestSchema, at: timeSchema })),
  /** The builder that worked on the current attempt, as it named itself. */
  engine: z.object({ kind: z.string(), version: z.string().nullable() }).nullable(),
});
export type BuildRelations = z.infer<typeof buildRelationsSchema>;

/** The Dockerfile of a build beside that of the last one that went well. */
export const dockerfileChangeSchema = shownFileSchema.extend({
  path: z.string(),
  /** Its `# syntax` directive: the line, from 1, and the frontend that it names. The builder's own does what that does. */
  syntax: z.object({ line: z.number().int(), image: z.string() }).nullable(),
  /** The lines around the place of the failure, where `text` ends before it; each is cut when it is long. */
  failing: z.object({ firstLine: z.number().int(), lines: z.array(z.string()) }).nullable(),
  against: shownFileSchema.extend({ number: z.number().int(), commit: commitSchema, path: z.string() }).nullable(),
  /** The first line that is not as in `against`, from 1; null where both are the same, and where there is no other. */
  firstDifference: z.number().int().nullable(),
});
export type DockerfileChange = z.infer<typeof dockerfileChangeSchema>;
