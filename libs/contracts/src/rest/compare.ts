import { stepChanges } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { buildSummarySchema } from './build.js';
import { digestSchema } from './common.js';
import { shownFileSchema } from './shown-file.js';

/** Numbers of two builds of one project. */
export const compareQuerySchema = z.strictObject({
  a: z.coerce.number().int().min(1).max(2_147_483_647),
  b: z.coerce.number().int().min(1).max(2_147_483_647),
});
export type CompareQuery = z.infer<typeof compareQuerySchema>;

const valuePairSchema = z.object({ name: z.string(), a: z.string().nullable(), b: z.string().nullable() });
const comparedStepSchema = z.object({
  ordinal: z.number().int(),
  title: z.string(),
  stage: z.string().nullable(),
  platform: z.string().nullable(),
  cached: z.boolean(),
  ms: z.number().nullable(),
});

/** Two builds side by side, from `a` to `b`. */
export const comparisonSchema = z.object({
  a: buildSummarySchema,
  b: buildSummarySchema,
  /** Builds of the project between them. */
  between: z.number().int(),
  /**
   * Commits that were built from the one on to the other, on the ref of both, the newest first and at most fifty. Null where
   * the builds are of two refs, or of one commit.
   */
  commits: z
    .object({
      ref: z.string(),
      items: z.array(
        z.object({ number: z.number().int(), commit: z.string(), commitSubject: z.string(), commitAuthor: z.string() }),
      ),
      more: z.boolean(),
    })
    .nullable(),
  /** What each was made from, changed or not. */
  inputs: z.array(valuePairSchema),
  /** Base images by name, with their digests. */
  bases: z.array(valuePairSchema),
  dockerfile: z.object({
    /** Null where no Dockerfile was read. */
    a: shownFileSchema.nullable(),
    b: shownFileSchema.nullable(),
    /** The first line that differs, from 1; null where both are the same, or one is missing. */
    firstDifference: z.number().int().nullable(),
  }),
  steps: z.array(
    z.object({
      change: z.enum(stepChanges),
      /** It lost the cache because a step before it in its stage did not come from there. */
      afterEarlier: z.boolean(),
      a: comparedStepSchema.nullable(),
      b: comparedStepSchema.nullable(),
    }),
  ),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const comparedImageSchema = z.object({ digest: digestSchema, sizeBytes: z.number().int() }).nullable();

/** The layers of two builds' images, platform by platform. */
export const layerComparisonSchema = z.object({
  /** Null where a build has no image. */
  a: comparedImageSchema,
  b: comparedImageSchema,
  platforms: z.array(
    z.object({
      platform: z.string(),
      layers: z.array(
        z.object({
          change: z.enum(['same', 'added', 'gone']),
          digest: digestSchema,
          sizeBytes: z.number().int(),
          /** Ends with `…` where it is cut. */
          createdBy: z.string().nullable(),
        }),
      ),
    }),
  ),
  /** Platforms that are not compared, since one of the images has more than is read at once. */
  leftOut: z.number().int(),
});
export type LayerComparison = z.infer<typeof layerComparisonSchema>;
