import { cacheBackends, cacheModes, exportModes, modeReasons, zones } from '@cooperage/domain/predicates';
import { z } from 'zod';

export const projectCacheQuerySchema = z.strictObject({ days: z.coerce.number().int().min(2).max(90).default(30) });
export type ProjectCacheQuery = z.infer<typeof projectCacheQuerySchema>;

/** What caches cost and saved. Times are milliseconds, sizes are bytes. */
const ledgerSchema = z.object({
  /** Builds of which it is known. */
  builds: z.number().int(),
  /** What the steps that were found usually take. */
  savedMs: z.number(),
  ranMs: z.number(),
  /** What it took to look into caches of the registry. */
  importMs: z.number(),
  /** What was fetched from them. */
  importBytes: z.number(),
  /** What it took to write caches into the registry, after the builds. */
  exportMs: z.number(),
  /** What the written caches weigh there. */
  exportBytes: z.number(),
});

const shareSchema = z.number().min(0).max(1).nullable();

const modePartSchema = z.object({ builds: z.number().int(), netMs: z.number().nullable() });

/** What builds leave of their cache, and what that cost and saved: means of one build over the newest ones. */
const modesSchema = z.object({
  setting: z.enum(cacheModes),
  /** What a build would leave if it were asked for now. */
  next: z.object({ mode: z.enum(exportModes), why: z.enum(modeReasons) }),
  numbers: z.array(
    z.object({
      mode: z.enum(exportModes),
      builds: z.number().int(),
      /** What the build after one of this mode saved, less what it took to look; null where there was none. */
      gainMs: z.number().nullable(),
      costMs: z.number(),
      bytes: z.number().nullable(),
      netMs: z.number().nullable(),
      /** Of the default branch alone, and of all other branches. */
      main: modePartSchema,
      others: modePartSchema,
      /** What was left over in the older half of the builds and in the newer one; null where either has too few of them. */
      trend: z.object({ before: z.number(), now: z.number() }).nullable(),
    }),
  ),
});

/** What a place of the cache cost and saved here: means of one build over the days. Times are milliseconds, sizes bytes. */
const backendSchema = z.object({
  backend: z.enum(cacheBackends),
  /** Builds of which it is known; without any there are no numbers. */
  builds: z.number().int(),
  savedMs: z.number().nullable(),
  /** What it took to look into the cache, and what was fetched of it. */
  importMs: z.number().nullable(),
  importBytes: z.number().nullable(),
  /** Builds that left something. */
  exports: z.number().int(),
  /** What leaving it took after the build, and what was left. */
  exportMs: z.number().nullable(),
  exportBytes: z.number().nullable(),
});

/** What the caches of one zone were worth over the days, and what the registry holds of them now. */
const zoneSchema = ledgerSchema.extend({
  zone: z.enum(zones),
  /** Saved of all, by time. */
  share: shareSchema,
  /** Saved, less what import and export took. */
  netMs: z.number(),
  /** Caches in the registry, their bytes, and when the newest of them was written. */
  entries: z.number().int(),
  bytes: z.number(),
  newestAt: z.iso.datetime().nullable(),
});

/** What would earn more by the project’s own numbers, in milliseconds of one build. */
const choiceAdviceSchema = z.discriminatedUnion('kind', [
  /** To leave the choice of the mode to the service: this one is worth most. */
  z.object({
    kind: z.literal('mode'),
    setting: z.literal('automatic'),
    mode: z.enum(exportModes),
    moreMs: z.number(),
  }),
  z.object({ kind: z.literal('backend'), backend: z.enum(cacheBackends), moreMs: z.number() }),
]);
export type CacheChoiceAdvice = z.infer<typeof choiceAdviceSchema>;

/** What the cache of a project was worth, over time. */
export const projectCacheSchema = z.object({
  /** Each day in UTC, also those without a build; the oldest first. */
  days: z.array(ledgerSchema.extend({ day: z.iso.date() })),
  total: ledgerSchema.extend({
    /** Saved of all, by time. */
    share: shareSchema,
    /** Saved, less what import and export took. */
    netMs: z.number(),
  }),
  /** These days against as many before them, by saved of all. */
  trend: z.object({
    before: shareSchema,
    now: shareSchema,
    direction: z.enum(['better', 'worse', 'same', 'unknown']),
    /** The day of both spans from which on another part was saved; null where there is none. */
    shift: z
      .object({
        day: z.iso.date(),
        before: z.number().min(0).max(1),
        now: z.number().min(0).max(1),
        /** Of a fall: the step that costs most since then, where it runs in most builds for a reason of its own. */
        step: z.object({ definition: z.string(), ran: z.number().int(), builds: z.number().int() }).nullable(),
      })
      .nullable(),
  }),
  /** Each zone. */
  zones: z.array(zoneSchema),
  modes: modesSchema,
  /** Each place that a cache can have. */
  backends: z.array(backendSchema),
  /** None where the numbers are too few, or what is set is as good as anything. */
  advice: z.array(choiceAdviceSchema),
  /** Why no cache of the default branch stands in the registry, for all builds to read; null where one does, or none is to be there. */
  cold: z
    .object({
      why: z.enum(['never', 'reset', 'deleted']),
      /** Number of a build that goes on, or whose cache is on its way; null for none. */
      underWay: z.number().int().nullable(),
    })
    .nullable(),
  /** What all its caches in the registry weigh, and what they may; null for anything. */
  store: z.object({
    bytes: z.number(),
    budgetBytes: z.number().nullable(),
    /** Who says so. */
    budgetOf: z.enum(['project', 'organization']).nullable(),
  }),
});
export type ProjectCache = z.infer<typeof projectCacheSchema>;
