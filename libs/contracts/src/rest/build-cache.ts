import {
  cacheBackends,
  cachePolicies,
  cacheRoles,
  evictionCauses,
  exportModes,
  modeReasons,
  noReadReasons,
  passedReasons,
  zones,
} from '@cooperage/domain/predicates';
import { z } from 'zod';
import { digestSchema, idSchema, timeSchema } from './common.js';

const instructionSchema = z.string().nullable();
const valueSchema = z.string().nullable();

const fileChangeSchema = z.object({
  /** Relative to the context. */
  path: z.string(),
  /** Git’s id of the content; null where it is not there. */
  before: valueSchema,
  after: valueSchema,
  /** Permission bits, where they alone are others. */
  mode: z.object({ before: z.number().int(), after: z.number().int() }).nullable(),
});

/** Why the registry’s cache was deleted, and after how many days for `unused`. */
const evictionSchema = z.object({ why: z.enum(evictionCauses), unusedDays: z.number().int().nullable() });

/** The first input of a step that is another than in the build with which it is compared: why it ran. */
export const runReasonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('not_asked') }),
  z.object({ kind: z.literal('first') }),
  z.object({ kind: z.literal('instruction'), before: instructionSchema, after: instructionSchema }),
  z.object({ kind: z.literal('variable'), name: z.string(), before: valueSchema, after: valueSchema }),
  z.object({ kind: z.literal('base'), image: z.string(), before: digestSchema, after: digestSchema }),
  z.object({
    kind: z.literal('earlier_step'),
    ordinal: z.number().int(),
    definition: z.string(),
    /** Where it is of another Dockerfile than the step that ran for it: of which target, null for the build’s own. */
    target: z.string().nullable().optional(),
  }),
  /** No step of the target ran, and yet what it comes to is another. */
  z.object({ kind: z.literal('target'), target: z.string() }),
  z.object({
    kind: z.literal('files'),
    /** The first 50. */
    changes: z.array(fileChangeSchema),
    added: z.number().int(),
    changed: z.number().int(),
    removed: z.number().int(),
  }),
  z.object({ kind: z.literal('foreign') }),
  z.object({
    kind: z.literal('not_kept'),
    why: z.enum([
      'other_zone',
      'zone_mounts',
      'other_worker',
      'not_exported',
      'reset',
      'evicted',
      'not_read',
      'at_once',
      'emptied',
      'dropped',
    ]),
    /** Only for `evicted`: why the registry’s cache was deleted, and after how many days for `unused`. */
    eviction: evictionSchema.optional(),
  }),
  z.object({ kind: z.literal('unknown'), why: z.enum(['no_manifest', 'not_matched', 'upon_folder', 'of_target']) }),
]);
export type RunReason = z.infer<typeof runReasonSchema>;

export const stepCacheSchema = z.object({
  ordinal: z.number().int(),
  /** Another target of the definition, whose step it is; null for the build’s own Dockerfile. */
  target: z.string().nullable(),
  /** Lines of the Dockerfile, from 1: of that of the target. */
  startLine: z.number().int(),
  endLine: z.number().int(),
  cached: z.boolean(),
  /** Null where the step was found in a cache. */
  reason: runReasonSchema.nullable(),
  /** The build with which it is compared, or whose result it took. */
  against: z.object({ id: idSchema, number: z.number().int() }).nullable(),
});
export type StepCache = z.infer<typeof stepCacheSchema>;

/** Whose cache: the build’s own, that of the branch it is to be merged into, or the default branch’s. */
const readPlaceSchema = z.object({ role: z.enum(cacheRoles), zone: z.enum(zones), ref: z.string() });

/** Which cache the build read, and why that one. */
export const cacheReadSchema = z.object({
  /** Null where it read none. */
  cache: readPlaceSchema
    .extend({
      /** In the service’s registry, without its host: by its digest, where that is known. */
      reference: z.string(),
      /** Of its manifest; null for an engine that keeps a tag for each step. */
      digest: digestSchema.nullable(),
      /** When it was left, and the number of the build that had left it; null where nobody wrote it down. */
      writtenAt: timeSchema.nullable(),
      writtenBy: z.number().int().nullable(),
      /** Milliseconds from then until the builder took this build. */
      ageMs: z.number().nullable(),
    })
    .nullable(),
  /** Why it read none: its rule, somebody asked for it, a reset before it, or there was none. Null where it read one. */
  none: z.enum(noReadReasons).nullable(),
  /**
   * Those that come before it in `reads`, with why not: nothing was there yet, it had been deleted, it was more than a week old
   * and a later one newer, or it was gone when the builder came to read it.
   */
  passed: z.array(
    readPlaceSchema.extend({
      why: z.enum(passedReasons),
      writtenAt: timeSchema.nullable(),
      /** Only for `deleted`. */
      eviction: evictionSchema.nullable(),
    }),
  ),
});
export type CacheRead = z.infer<typeof cacheReadSchema>;

/** What a build read of earlier ones and what it leaves to later ones, and for each step why it ran or did not. */
export const buildCacheSchema = z.object({
  zone: z.enum(zones),
  /** What its rule let it read of caches. */
  policy: z.enum(cachePolicies),
  /** Where its cache goes. */
  backend: z.enum(cacheBackends),
  /** Its zone was alone with what the engine keeps. */
  isolated: z.boolean(),
  /** References in the service’s registry, of which it reads the first that is there; none where no cache was to be read. */
  reads: z.array(z.object({ reference: z.string(), zone: z.enum(zones), ref: z.string() })),
  /** Which of them it read; null before its builder begins, and for builds of before that was written down. */
  read: cacheReadSchema.nullable(),
  /** The only reference that it writes; null where its rule wants no cache. */
  writes: z.string().nullable(),
  export: z.object({
    state: z.enum(['none', 'pending', 'done', 'failed']),
    note: z.string().nullable(),
    /** What it left, and why; null where nothing was to be left. */
    mode: z.enum(exportModes).nullable(),
    why: z.enum(modeReasons).nullable(),
  }),
  /** What it was worth, in milliseconds of steps. */
  economy: z.object({
    /** What the steps that were found usually take. */
    savedMs: z.number(),
    ranMs: z.number(),
    /** What it took to look into caches of the registry. */
    importMs: z.number(),
    /** Saved of all, from 0 to 1; null where nothing was saved and nothing ran. */
    share: z.number().min(0).max(1).nullable(),
    /** Steps that were found and of which no earlier run tells a time. */
    untimed: z.number().int(),
  }),
  steps: z.array(stepCacheSchema),
});
export type BuildCache = z.infer<typeof buildCacheSchema>;
