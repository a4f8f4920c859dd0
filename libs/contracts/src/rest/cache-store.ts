import { evictionCauses, zones } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, pageQuerySchema, timeSchema } from './common.js';
import { cacheBudgetSchema } from './project.js';

export const cachePlaceSchema = z.object({
  zone: z.enum(zones),
  /** Full ref. */
  ref: z.string(),
  platform: z.string(),
  /** Number of the reset with which it began, 0 for none. */
  epoch: z.number().int(),
});

/** For each project of an organization that says nothing itself; null for any weight. */
export const organizationCacheSchema = z.strictObject({ cacheBudgetBytes: cacheBudgetSchema });
export type OrganizationCache = z.infer<typeof organizationCacheSchema>;

export const cacheEntriesQuerySchema = pageQuerySchema.extend({
  zone: z.enum(zones).optional(),
  /** Part of the ref, in any case. */
  q: z.string().max(200).default(''),
  /** `size`: the largest first; `used`: the longest unused first. */
  sort: z.enum(['size', 'used']).default('size'),
});
export type CacheEntriesQuery = z.infer<typeof cacheEntriesQuerySchema>;

/** What stands under one cache reference of the registry. */
export const cacheEntrySchema = cachePlaceSchema.extend({
  id: idSchema,
  /** In the service’s registry, without its host. */
  reference: z.string(),
  bytes: z.number(),
  /** What of it only this one holds, and what other caches of the project hold as well; null where nobody wrote it down. */
  aloneBytes: z.number().nullable(),
  sharedBytes: z.number().nullable(),
  /** Number of the build that wrote it last. */
  writtenBy: z.number().int(),
  writtenAt: timeSchema,
  /** The newest build that read it and found steps, here or in its builder. */
  lastUsed: z.object({ number: z.number().int(), at: timeSchema }).nullable(),
  /** Whether builds of the other refs read it after their own: that of the default branch only. */
  readByAll: z.boolean(),
});
export type CacheEntry = z.infer<typeof cacheEntrySchema>;

export const cacheRecordsQuerySchema = pageQuerySchema.extend({
  /** Part of the step, in any case. */
  q: z.string().max(200).default(''),
  /** `size`: the largest first; `used`: what was found last first. */
  sort: z.enum(['size', 'used']).default('size'),
});
export type CacheRecordsQuery = z.infer<typeof cacheRecordsQuerySchema>;

/** A result of a step that builders can take from a cache. */
export const cacheRecordSchema = z.object({
  /** The builder’s own key of it. */
  key: z.string(),
  /** Of the layer that the step added, as the registry has it. */
  bytes: z.number(),
  createdAt: timeSchema,
  /** The step of this project that made it; null where none of its known builds did. */
  step: z
    .object({
      name: z.string(),
      stage: z.string().nullable(),
      /** Line of the Dockerfile, from 1. */
      line: z.number().int().nullable(),
      /** Number of the build in which it ran. */
      build: z.number().int(),
      /** The newest build that found a step of the same words. */
      found: z.object({ number: z.number().int(), at: timeSchema }).nullable(),
    })
    .nullable(),
});
export type CacheRecord = z.infer<typeof cacheRecordSchema>;

/** What one cache holds, by step. */
export const cacheRecordsSchema = z.object({
  entry: cacheEntrySchema,
  /** `inside_image`: the cache is a part of an image, and its records are not listed. */
  kind: z.enum(['records', 'inside_image']),
  items: z.array(cacheRecordSchema),
  /** Cursor of the next page of the records; null at the end. */
  next: z.string().nullable(),
  /** Caches of the project that hold layers of it as well, with the bytes of these: the first 20, the most first. */
  sharedWith: z.array(cachePlaceSchema.extend({ bytes: z.number() })),
});
export type CacheRecords = z.infer<typeof cacheRecordsSchema>;

export const resetCacheSchema = z
  .strictObject({
    /** Null: all of the project. */
    zone: z.enum(zones).nullable().default(null),
    /** Full ref; null: all of the zone. */
    ref: z.string().min(1).max(1024).nullable().default(null),
    reason: z.string().trim().min(1).max(500),
  })
  .refine(({ zone, ref }) => ref === null || zone !== null, { path: ['ref'], message: 'a ref is of one zone' });
export type ResetCache = z.infer<typeof resetCacheSchema>;

/** A person’s word that builds find nothing older. */
export const cacheResetSchema = z.object({
  id: idSchema,
  epoch: z.number().int(),
  zone: z.enum(zones).nullable(),
  ref: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  at: timeSchema,
  /** Builds with higher numbers find nothing older. */
  afterNumber: z.number().int(),
  /** When nothing older was in the registry any more; null before. */
  sweptAt: timeSchema.nullable(),
});
export type CacheReset = z.infer<typeof cacheResetSchema>;

/** A cache reference that was deleted from the registry. */
export const cacheEvictionSchema = cachePlaceSchema.extend({
  id: idSchema,
  /** Null where nobody had weighed it. */
  bytes: z.number().nullable(),
  /** What of it no other cache of the project needed in that moment; null where nobody had weighed it. */
  freedBytes: z.number().nullable(),
  why: z.enum(evictionCauses),
  /** Days that the project allowed without a use, for `unused`; null for every other cause. */
  unusedDays: z.number().int().nullable(),
  /** Who asked for it by a reset or a prune, and why; null where nobody did. */
  by: z.string().nullable(),
  reason: z.string().nullable(),
  at: timeSchema,
});
export type CacheEviction = z.infer<typeof cacheEvictionSchema>;
