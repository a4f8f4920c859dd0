import { zones } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { cachePlaceSchema } from './cache-store.js';
import { idSchema, timeSchema } from './common.js';
import { unusedDaysSchema } from './project.js';

const textSchema = z.string().trim().max(1024);

interface Rule {
  readonly zone?: string | null;
  readonly q?: string;
  readonly unusedDays?: number | null;
}

const saysSomething = ({ zone, q, unusedDays }: Rule) => Boolean(zone ?? unusedDays) || q !== '';
const sayMore = { path: ['q'], message: 'say a zone, a part of the ref, or days without a use' };

/** Which references go: all of it has to fit. What builds of every ref read goes only where `q` is its full ref. */
export const cachePruneQuerySchema = z
  .strictObject({
    zone: z.enum(zones).optional(),
    /** Part of the full ref, in any case. */
    q: textSchema.default(''),
    unusedDays: z.coerce.number().pipe(unusedDaysSchema).optional(),
  })
  .refine(saysSomething, sayMore);
export type CachePruneQuery = z.infer<typeof cachePruneQuerySchema>;

export const pruneCacheSchema = z
  .strictObject({
    zone: z.enum(zones).nullable().default(null),
    q: textSchema.default(''),
    unusedDays: unusedDaysSchema.nullable().default(null),
    reason: z.string().trim().min(1).max(500),
    /** `seen` of a preview: nothing is done where something else would go by now. */
    seen: z.string().max(64).optional(),
  })
  .refine(saysSomething, sayMore);
export type PruneCache = z.infer<typeof pruneCacheSchema>;

/** What a prune would do now. */
export const cachePrunePreviewSchema = z.object({
  /** How many references would go, and what that frees in the registry: layers that others need stay. */
  references: z.number().int(),
  bytes: z.number(),
  /** The first 100 of them, the largest first. */
  items: z.array(cachePlaceSchema.extend({ bytes: z.number(), touchedAt: timeSchema })),
  /** How much fits as well and stays, since builds of every ref read it, and the first 100 of it. */
  sparedReferences: z.number().int(),
  spared: z.array(cachePlaceSchema),
  /** How many places have builds that read one of them, so that the next one starts colder. */
  colderRefs: z.number().int(),
  /** The first 100 of these, by their newest builds. */
  colder: z.array(
    z.object({
      ...{ zone: z.enum(zones), ref: z.string(), platform: z.string() },
      /** Number of the newest build. */
      lastBuild: z.number().int(),
      /** Refs of what the next one still finds in the registry, best first; none: it starts cold. */
      left: z.array(z.string()),
    }),
  ),
  /** Names what would go, for the prune. */
  seen: z.string(),
});
export type CachePrunePreview = z.infer<typeof cachePrunePreviewSchema>;

/** A person’s word that some references go. */
export const cachePruneSchema = z.object({
  id: idSchema,
  zone: z.enum(zones).nullable(),
  q: z.string(),
  unusedDays: z.number().int().nullable(),
  reason: z.string(),
  by: z.string(),
  at: timeSchema,
  /** How many references it chose, and how many of them are deleted. */
  references: z.number().int(),
  deleted: z.number().int(),
  /** When each was tried; null before. What was written anew meanwhile stays, as does what the registry does not delete. */
  endedAt: timeSchema.nullable(),
});
export type CachePrune = z.infer<typeof cachePruneSchema>;
