import { engineWarnings, lanes } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, timeSchema } from './common.js';

export const workerStates = ['idle', 'busy', 'draining', 'lost', 'ended'] as const;

/** What an engine can do, and what not: the table that helps a person choose. */
export const engineFeaturesSchema = z.object({
  daemon: z.boolean(),
  scope: z.enum(['general', 'special']),
  dockerfile: z.enum(['full', 'partial', 'none']),
  multiPlatform: z.boolean(),
  registryCache: z.boolean(),
  secrets: z.boolean(),
  provenance: z.boolean(),
  pushesByDigest: z.boolean(),
  /** Builds a target of a definition along with those that it is made from. */
  targets: z.boolean(),
  limits: z.boolean(),
  stepNetwork: z.boolean(),
  strangers: z.boolean(),
  find: z.boolean(),
  /** What should hold and does not, where it runs. */
  warnings: z.array(z.enum(engineWarnings)).default([]),
});
export type EngineFeaturesView = z.infer<typeof engineFeaturesSchema>;

const workerBuildSchema = z.object({
  id: idSchema,
  number: z.number().int(),
  projectSlug: z.string(),
  organizationSlug: z.string(),
});

export const engineStoreSchema = z.object({
  bytes: z.number(),
  /** Results of steps, base images, contexts and cache mounts. */
  records: z.number().int(),
  /** Cache mounts of steps, which are among them. */
  mountBytes: z.number(),
  mounts: z.number().int(),
  /** When that was used which nobody has used for longest. */
  oldestUse: timeSchema.nullable(),
  measuredAt: timeSchema,
});

export const workerSchema = z.object({
  id: idSchema,
  name: z.string(),
  role: z.enum(['api', 'live', 'builder', 'control']),
  state: z.enum(workerStates),
  startedAt: timeSchema,
  heartbeatAt: timeSchema,
  endedAt: timeSchema.nullable(),
  version: z.string().nullable(),
  slots: z.number().int().nullable(),
  /** Which builds it takes: those of one organization's own code, or code of strangers too. Null for who takes none. */
  lane: z.enum(lanes).nullable(),
  engine: z.string().nullable(),
  engineVersion: z.string().nullable(),
  /** Null where the worker does not say, or says it in another version's words. */
  engineFeatures: engineFeaturesSchema.nullable(),
  platforms: z.array(z.string()),
  /** Bytes, as the worker measured them at its last heartbeat. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
  memory: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
  /** What its engine keeps for later builds of all projects; null where it does not say, or has not been asked yet. */
  store: engineStoreSchema.nullable(),
  builds: z.array(workerBuildSchema),
  /** Builds that it had when it was lost. `nextAttempt` is null where none followed. */
  lostBuilds: z.array(
    workerBuildSchema.extend({
      status: z.string(),
      attempt: z.number().int(),
      nextAttempt: z.number().int().nullable(),
    }),
  ),
  /** Who asked it to drain, and when. It holds for every worker of this name. */
  drain: z.object({ requestedBy: z.string(), requestedAt: timeSchema }).nullable(),
  note: z.string().nullable(),
});
export type WorkerView = z.infer<typeof workerSchema>;

export const queueReasons = [
  'no_control',
  'no_builder',
  'all_lost',
  'all_draining',
  'engine_away',
  'all_busy',
  'retry_pause',
  'no_builder_for_strangers',
  'organization_limit',
  'not_taken',
] as const;

/** That builds of other organizations than the home one wait, or will, for a builder for untrusted code; and what to do. */
export const laneForetellingSchema = z.object({
  when: z.enum(['next', 'now']),
  says: z.string(),
  next: z.string(),
  /** Organizations that are there and cannot build. */
  organizations: z.number().int(),
});

/** A pool of builders: `pool` is the lane of its builds. */
export const poolStateSchema = z.object({
  pool: z.enum(lanes),
  slots: z.number().int(),
  /** Below 0 where builders have fewer slots than before. */
  free: z.number().int(),
  waiting: z.number().int(),
  /** Organizations that may build in it. */
  tenants: z.number().int(),
  /** Slots that one organization may hold: the last one is kept for others, where there are two. */
  mostHeld: z.number().int(),
  /** A slot is free after so many milliseconds at the latest, when a running build reaches its time limit. Null while none runs. */
  freeWithinMs: z.number().nullable(),
});

/** What waits, by project, and why nothing is picked up where that is so. */
export const queueSchema = z.object({
  /** Slots of builders that take builds now, and how many of them are held by anybody. */
  slots: z.number().int(),
  held: z.number().int(),
  projects: z.array(
    z.object({
      projectId: idSchema,
      projectSlug: z.string(),
      organizationSlug: z.string(),
      waiting: z.number().int(),
      held: z.number().int(),
      /** Part of all slots that it holds, 0 to 1. */
      share: z.number(),
      oldestQueuedAt: timeSchema.nullable(),
    }),
  ),
  pools: z.array(poolStateSchema),
  /** The caller's waiting builds, those first that begin first; at most a hundred. */
  waitingBuilds: z.array(
    z.object({
      id: idSchema,
      number: z.number().int(),
      projectSlug: z.string(),
      organizationSlug: z.string(),
      pool: z.enum(lanes),
      /** From 1, among all that wait in its pool. */
      position: z.number().int(),
      /** Why it waits, as a code; null for a moment. */
      reason: z.string().nullable(),
      queuedAt: timeSchema,
    }),
  ),
  /** Null while nothing waits, or what waits is about to start. */
  diagnosis: z.object({ reason: z.enum(queueReasons), says: z.string(), next: z.string() }).nullable(),
  /** Null where a further organization changes nothing. */
  foretold: laneForetellingSchema.nullable(),
});
export type QueueView = z.infer<typeof queueSchema>;
