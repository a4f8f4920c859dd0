import {
  buildNetworks,
  buildStages,
  buildStatuses,
  cacheBackends,
  cachePolicies,
  failureCatalogue,
  leftOutReasons,
  phases,
  zones,
} from '@cooperage/domain/predicates';
import { z } from 'zod';
import { commitSchema, digestSchema, idSchema, timeSchema } from './common.js';

const failureCodes = Object.keys(failureCatalogue) as [
  keyof typeof failureCatalogue,
  ...(keyof typeof failureCatalogue)[],
];

/** At most 20 lines that show what went wrong: what the failing step printed, or the file, around the line that says why. */
export const evidenceSchema = z.object({
  /** `busy` has no lines: too many logs of the organization are read at the moment. Ask again. */
  source: z.enum(['log', 'file', 'busy']),
  /** Line of the file, or of the failing step's log, at which they begin, from 1. */
  firstLine: z.number().int(),
  lines: z.array(z.string()).max(20),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** The same four parts everywhere: cause and blame, place, evidence, next step. */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  blame: z.enum(['user', 'platform', 'external']),
  message: z.string(),
  advice: z.string(),
  place: z
    .object({
      file: z.string().optional(),
      line: z.number().int().optional(),
      endLine: z.number().int().optional(),
      step: z.string().optional(),
      /** Ordinal of the step inside the attempt, for linking to the log. */
      stepOrdinal: z.number().int().optional(),
      exitCode: z.number().int().optional(),
    })
    .nullable(),
  /** The line of the failing step's log that says why: its number in the step, from 1. Null where nobody can say. */
  logLine: z.object({ number: z.number().int(), text: z.string() }).nullable(),
  /** Read for one build; null in lists, and where nothing was printed. */
  evidence: evidenceSchema.nullable(),
});
export type Failure = z.infer<typeof failureSchema>;

export const triggers = ['push', 'retry', 'manual', 'replay'] as const;

export const buildSummarySchema = z.object({
  id: idSchema,
  projectId: idSchema,
  organizationSlug: z.string(),
  projectSlug: z.string(),
  /** Counts from 1 inside the project. */
  number: z.number().int(),
  status: z.enum(buildStatuses),
  stage: z.enum(buildStages).nullable(),
  phase: z.enum(phases).nullable(),
  /** Why nothing moves, when something is waited for. */
  waitReason: z.string().nullable(),
  trigger: z.enum(triggers),
  triggeredBy: z.string().nullable(),
  ruleName: z.string().nullable(),
  ref: z.string(),
  commit: commitSchema,
  commitSubject: z.string(),
  commitAuthor: z.string(),
  zone: z.enum(zones),
  tags: z.array(z.string()),
  digest: digestSchema.nullable(),
  /** Whether the newest verification of the image passed; null before there was one. */
  verified: z.boolean().nullable(),
  failure: failureSchema.nullable(),
  /** The same for the same failure: `failure:` in a filter. */
  fingerprint: z.string().nullable(),
  /** Median milliseconds from start to end of the last green builds of the rule; null where there are too few. */
  usualMs: z.number().int().nullable(),
  /** Number of the current attempt, from 1; 0 before the first. */
  attempt: z.number().int(),
  stepsTotal: z.number().int().nullable(),
  stepsCached: z.number().int().nullable(),
  queuedAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export type BuildSummary = z.infer<typeof buildSummarySchema>;

export const attemptSchema = z.object({
  id: idSchema,
  number: z.number().int(),
  state: z.enum(['dispatched', 'claimed', 'built', 'failed', 'lost', 'canceled', 'timed_out']),
  workerName: z.string().nullable(),
  /** Whether it went to the worker where the project's results usually are; null where that was not noted. */
  placement: z.enum(['usual', 'other']).nullable(),
  dispatchedAt: timeSchema,
  claimedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  failure: failureSchema.nullable(),
  logBytes: z.number().int(),
  logComplete: z.boolean(),
  /** When retention deleted its log; null while it is stored. */
  logDeletedAt: timeSchema.nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

export const phaseSpanSchema = z.object({
  phase: z.enum(phases),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
});

export const warningSchema = z.object({
  rule: z.string(),
  message: z.string(),
  url: z.string().nullable(),
  file: z.string().nullable(),
  line: z.number().int().nullable(),
});

export const buildSchema = buildSummarySchema.extend({
  retryOf: idSchema.nullable(),
  retryOfNumber: z.number().int().nullable(),
  deliveryId: idSchema.nullable(),
  movesTags: z.boolean(),
  /** Tags that the rule would give it, and that belong to protected branches and releases. */
  leftOutTags: z.array(z.object({ tag: z.string(), reason: z.enum(leftOutReasons) })),
  inputs: z.object({
    contextPath: z.string(),
    dockerfilePath: z.string(),
    target: z.string().nullable(),
    platform: z.string(),
    buildArgs: z.record(z.string(), z.string()),
    /** What said how the image is built. The inputs here are what it stands for, once the builder has read it. */
    definition: z
      .object({
        path: z.string(),
        target: z.string(),
        variables: z.record(z.string(), z.string()),
        /** Whether it was read. */
        resolved: z.boolean(),
        /** Its other targets that are built along with the build’s own, each behind those that it is made from. */
        targets: z.array(
          z.object({
            name: z.string(),
            contextPath: z.string(),
            dockerfilePath: z.string(),
            /** Stage of the Dockerfile. */
            target: z.string().nullable(),
            buildArgs: z.record(z.string(), z.string()),
            namedContexts: z.record(z.string(), z.string()),
          }),
        ),
        /** Fields of it that the service decides by itself. */
        ignored: z.array(z.object({ field: z.string(), why: z.string() })),
      })
      .nullable(),
    /** Name to a folder of the repository, to `docker-image://name`, or to `target:name`, another target of the definition. */
    namedContexts: z.record(z.string(), z.string()),
    secretNames: z.array(z.string()),
    baseImages: z.array(z.object({ name: z.string(), digest: z.string() })),
    /** What else the builder itself fetched, by ADD from an address: each with its digests, algorithm to hex. What steps fetched is not known. */
    sources: z.array(z.object({ uri: z.string(), digest: z.record(z.string(), z.string()) })),
    /** Nothing was to be taken from the cache. */
    noCache: z.boolean(),
    /** No build had succeeded since its cache was reset: nothing was to be taken either. */
    afterReset: z.boolean(),
    /** What its rule let it read of caches. */
    cachePolicy: z.enum(cachePolicies),
    /** Where it leaves results of steps for other builders. */
    cacheBackend: z.enum(cacheBackends),
    /** Its zone was alone with what the engine keeps. */
    isolated: z.boolean(),
    /** The protected branch that it is to be merged into, whose cache it read too; full ref. */
    targetRef: z.string().nullable(),
    limits: z.object({
      timeoutMs: z.number().int(),
      /** What the project asked for, where that is more than its organization may have. */
      askedTimeoutMs: z.number().int().optional(),
      logBytes: z.number().int(),
      memoryBytes: z.number().int().nullable(),
      pids: z.number().int().nullable(),
      cpus: z.number().nullable(),
      diskBytes: z.number().int().nullable(),
      network: z.enum(buildNetworks),
    }),
  }),
  /** Size of the image as it is pulled; null before there is one. */
  sizeBytes: z.number().int().nullable(),
  phases: z.array(phaseSpanSchema),
  attempts: z.array(attemptSchema),
  warnings: z.array(warningSchema),
  cacheExport: z.enum(['none', 'pending', 'done', 'failed']),
  cancelRequestedAt: timeSchema.nullable(),
  cancelRequestedBy: z.string().nullable(),
  /** When the builder confirmed that the canceled work has ended. */
  stoppedAt: timeSchema.nullable(),
  can: z.object({ cancel: z.boolean(), retry: z.boolean() }),
});
export type Build = z.infer<typeof buildSchema>;

export const stepSchema = z.object({
  ordinal: z.number().int(),
  name: z.string(),
  stage: z.string().nullable(),
  /** Of the definition, where it is another than the build’s own; its lines are not those of the build’s Dockerfile. */
  target: z.string().nullable(),
  platform: z.string().nullable(),
  internal: z.boolean(),
  cached: z.boolean(),
  startedAt: timeSchema.nullable(),
  completedAt: timeSchema.nullable(),
  error: z.string().nullable(),
  startLine: z.number().int().nullable(),
  endLine: z.number().int().nullable(),
  /** Median over the last ten builds of this rule in which the same step ran; null where it never did. */
  usualMs: z.number().int().nullable(),
});
export type Step = z.infer<typeof stepSchema>;
export const stepsSchema = z.object({ attemptId: idSchema, steps: z.array(stepSchema) });
export type Steps = z.infer<typeof stepsSchema>;
export const dockerfileSchema = z.object({ path: z.string(), text: z.string() });
export type Dockerfile = z.infer<typeof dockerfileSchema>;

export const startBuildSchema = z
  .strictObject({
    /** Full ref at the git host, for example `refs/heads/main`. */
    ref: z.string().min(1).max(4096),
    /** A rule whose tags the image gets; without one the image is published by digest only. For a protected branch or a git tag it is one that is for that ref. */
    ruleId: idSchema.nullable().default(null),
    /** `fork` builds the ref as strangers’ code: apart from all other builds, without secrets, without a tag. Null: as the ref has it. */
    zone: z.literal('fork').nullable().default(null),
    /** Full name of the branch that it is to be merged into. Where that one is protected, its cache is read as well. */
    targetRef: z.string().min(1).max(4096).nullable().default(null),
    /** Runs every step, and so leaves a whole cache behind where its project keeps one. */
    noCache: z.boolean().default(false),
  })
  .refine(({ zone, ruleId }) => zone === null || ruleId === null, {
    path: ['ruleId'],
    message: 'no rule for a build of the fork zone, whose image gets no tag',
  });
export type StartBuild = z.infer<typeof startBuildSchema>;
export const retryBuildSchema = z.strictObject({ noCache: z.boolean().default(false) });
