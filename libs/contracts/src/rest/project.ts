import {
  buildArgumentProblem,
  buildArgumentsProblem,
  buildNetworks,
  cacheBackends,
  cacheModes,
  cachePolicies,
  isContextName,
  isDefinitionPath,
  isDefinitionTarget,
  isGlob,
  isNamedContext,
  isRegistryHost,
  isTagTemplate,
  mostNamedContexts,
  secretValueProblem,
} from '@cooperage/domain/predicates';
import { z } from 'zod';
import { boundedRecord, idSchema, repositoryPathSchema, slugSchema, timeSchema } from './common.js';

export const buildArgsSchema = boundedRecord(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a build argument name'),
  z.string().max(8192),
  64,
  'build arguments',
).superRefine((value, context) => {
  for (const name of Object.keys(value)) {
    const message = buildArgumentProblem(name);
    if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
  }
  const message = buildArgumentsProblem(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

export const namedContextsSchema = boundedRecord(
  z.string().refine(isContextName, 'a name as an image has, that is not the builder’s own'),
  z.string().max(1024).refine(isNamedContext, 'a folder of the repository, or an image as docker-image://name'),
  mostNamedContexts,
  'contexts',
);

export const definitionSchema = z.strictObject({
  /** In the repository: `docker-bake.hcl`, `docker-bake.json` or a compose file. */
  path: z
    .string()
    .max(1024)
    .refine(isDefinitionPath, 'a file of the repository that ends with .hcl, .json, .yaml or .yml'),
  /** One target of bake, or one service. */
  target: z.string().refine(isDefinitionTarget, 'letters, digits, dashes and underscores'),
});

export const platformSchema = z
  .string()
  .regex(/^linux\/(?:amd64|arm64|arm\/v7|386|ppc64le|riscv64|s390x)$/, 'a known platform');

export const limitsSchema = z.strictObject({
  /** Longest time that a build may take, from claim to built, in milliseconds. */
  timeoutMs: z.number().int().min(10_000).max(86_400_000),
  /** Most bytes that a build may print. */
  logBytes: z.number().int().min(65_536).max(2_147_483_648),
  memoryBytes: z.number().int().min(67_108_864).nullable(),
  /** Null for the most that the organization allows one build; so for `diskBytes`. */
  pids: z.number().int().min(16).max(100_000).nullable(),
  cpus: z.number().min(0.1).max(256).nullable(),
  /** Most bytes that the steps may write to the disk together; each file and folder counts 4,096 more. */
  diskBytes: z.number().int().min(16_777_216).max(1_099_511_627_776).nullable().default(null),
  /**
   * `open`: steps reach everything public and ADD fetches from any public address. `none`: steps have no network and ADD fetches
   * nothing; only base images, which the builder pulls and the build lists. There is no list of allowed hosts: the builders
   * cannot hold a step to one.
   */
  network: z.enum(buildNetworks).default('open'),
});
export type Limits = z.infer<typeof limitsSchema>;

/** Of a project for which nobody says any. */
export const usualLimits: Limits = {
  timeoutMs: 3_600_000,
  logBytes: 134_217_728,
  memoryBytes: null,
  pids: 4096,
  cpus: null,
  diskBytes: 34_359_738_368,
  network: 'open',
};

export const cacheBudgetSchema = z.number().int().min(1_048_576).max(Number.MAX_SAFE_INTEGER).nullable();

const globSchema = z.string().refine(isGlob, 'a pattern of at most 512 characters');
const protectedNamesSchema = z.array(globSchema).max(50);

/** Days in which no build wrote a cache or found steps with it. */
export const unusedDaysSchema = z.number().int().min(1).max(3650);

export const projectSettingsSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  description: z.string().max(500).default(''),
  visibility: z.enum(['private', 'public']).default('private'),
  /** Clone address: https or ssh. */
  remoteUrl: z.string().min(1).max(2048),
  contextPath: repositoryPathSchema.default('.'),
  dockerfilePath: repositoryPathSchema.default('Dockerfile'),
  target: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
    .nullable()
    .default(null),
  platform: platformSchema.default('linux/amd64'),
  buildArgs: buildArgsSchema.default({}),
  /** What the Dockerfile may name beside its stages: to a folder of the repository, or to `docker-image://name`. */
  namedContexts: namedContextsSchema.default({}),
  /**
   * Says how the image is built in the place of context, Dockerfile, target, contexts and arguments, which are its
   * variables then. Resolved at each commit as `docker buildx bake --print` does.
   */
  definition: definitionSchema.nullable().default(null),
  limits: limitsSchema.default(usualLimits),
  /** Each zone is alone with what an engine keeps of its builds: results of steps and cache mounts. Forks are so always. */
  strictIsolation: z.boolean().default(false),
  /** Branches that are trusted as the default branch is: their builds are in the zone `protected`. Globs over short names. */
  protectedBranches: protectedNamesSchema.default([]),
  /** Git tags that are trusted as the default branch is. Globs over their names; all of them where nobody says otherwise. */
  protectedTags: protectedNamesSchema.default(['**']),
  /** Where builds leave results of steps for other builders: in the registry, inside the image, or on the worker's disk. */
  cacheBackend: z.enum(cacheBackends).default('registry'),
  /** What builds leave of their cache in the registry: all stages, the image’s own steps, nothing, or what pays. */
  cacheMode: z.enum(cacheModes).default('automatic'),
  /** Bytes that caches may weigh in the registry; null for what the organization says. The least useful are deleted first. */
  cacheBudgetBytes: cacheBudgetSchema.default(null),
  /** Days after which a cache is deleted from the registry that no build has used; null for never. */
  cacheUnusedDays: unusedDaysSchema.nullable().default(null),
});
export const createProjectSchema = projectSettingsSchema.extend({
  organizationId: z.string().max(64),
  slug: slugSchema,
});
export type CreateProject = z.infer<typeof createProjectSchema>;
/** Every field optional and none defaulted: what is not sent stays as it is. */
export const updateProjectSchema = z.strictObject({
  name: z.string().trim().min(1).max(120).optional(),
  description: z.string().max(500).optional(),
  visibility: z.enum(['private', 'public']).optional(),
  remoteUrl: z.string().min(1).max(2048).optional(),
  contextPath: repositoryPathSchema.optional(),
  dockerfilePath: repositoryPathSchema.optional(),
  target: z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
    .nullable()
    .optional(),
  platform: platformSchema.optional(),
  buildArgs: buildArgsSchema.optional(),
  namedContexts: namedContextsSchema.optional(),
  definition: definitionSchema.nullable().optional(),
  limits: limitsSchema.optional(),
  strictIsolation: z.boolean().optional(),
  protectedBranches: protectedNamesSchema.optional(),
  protectedTags: protectedNamesSchema.optional(),
  cacheBackend: z.enum(cacheBackends).optional(),
  cacheMode: z.enum(cacheModes).optional(),
  cacheBudgetBytes: cacheBudgetSchema.optional(),
  cacheUnusedDays: unusedDaysSchema.nullable().optional(),
});
export type UpdateProject = z.infer<typeof updateProjectSchema>;

export const projectSchema = projectSettingsSchema.extend({
  id: idSchema,
  /** Those that were taken before a rule came to refuse them are shown too. */
  buildArgs: z.record(z.string(), z.string()),
  organizationId: z.string(),
  organizationSlug: z.string(),
  slug: z.string(),
  /** Repository of the images with the registry's host, without tag. */
  imageRepository: z.string(),
  /** Address to which the forge sends its webhooks. */
  hookUrl: z.string(),
  /** Null until the git host was read once. */
  defaultBranch: z.string().nullable(),
  /** The git host's own id of the repository, as in `github:7`; null until a call that names its address was evaluated. */
  repositoryKey: z.string().nullable(),
  hasGitCredentials: z.boolean(),
  createdAt: timeSchema,
});
export type Project = z.infer<typeof projectSchema>;

/** A project in a list: without its settings, which its own address gives. */
export const projectSummarySchema = projectSchema.pick({
  ...{ id: true, organizationId: true, organizationSlug: true, slug: true, name: true, description: true },
  ...{ visibility: true, remoteUrl: true, defaultBranch: true, imageRepository: true, hookUrl: true, createdAt: true },
});
export type ProjectSummary = z.infer<typeof projectSummarySchema>;

const rulePrioritySchema = z.number().int().min(-10).max(10);

export const changedProjectSchema = projectSchema.extend({
  /** The new clone address has another scheme, host or port. The git credentials belonged to the old one and were deleted. */
  gitCredentialsRemoved: z.boolean(),
});
export type ChangedProject = z.infer<typeof changedProjectSchema>;

export const ruleSettingsSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  enabled: z.boolean().default(true),
  refKind: z.enum(['branch', 'tag']),
  refPattern: globSchema,
  includePaths: z.array(globSchema).max(50).default([]),
  excludePaths: z.array(globSchema).max(50).default([]),
  tags: z.array(z.string().refine(isTagTemplate, 'a tag or a template such as {{branch}}')).min(1).max(20),
  /** Which caches its builds read: what their zone may, only what the protected zone wrote, or none (and they write none). */
  cachePolicy: z.enum(cachePolicies).default('zone'),
  /** Builds of a rule with a higher one begin first, within the organization alone. */
  priority: rulePrioritySchema.default(0),
});
export type RuleSettings = z.infer<typeof ruleSettingsSchema>;
export const updateRuleSchema = z.strictObject({
  name: z.string().trim().min(1).max(120).optional(),
  enabled: z.boolean().optional(),
  refKind: z.enum(['branch', 'tag']).optional(),
  refPattern: globSchema.optional(),
  includePaths: z.array(globSchema).max(50).optional(),
  excludePaths: z.array(globSchema).max(50).optional(),
  tags: z.array(z.string().refine(isTagTemplate, 'a tag or a template such as {{branch}}')).min(1).max(20).optional(),
  cachePolicy: z.enum(cachePolicies).optional(),
  priority: rulePrioritySchema.optional(),
});
export type UpdateRule = z.infer<typeof updateRuleSchema>;
export const ruleSchema = ruleSettingsSchema.extend({ id: idSchema, projectId: idSchema, createdAt: timeSchema });
export type Rule = z.infer<typeof ruleSchema>;

export const secretNameSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'letters, digits and underscores');
/** Write-only: the value never leaves the service again. It has at least 8 characters and is no common word. */
export const putSecretSchema = z.strictObject({
  value: z
    .string()
    .max(65_536)
    .superRefine((value, context) => {
      const message = secretValueProblem(value);
      if (message !== null) context.addIssue({ code: 'custom', message });
    }),
});
export const secretSchema = z.object({ name: z.string(), createdAt: timeSchema, updatedAt: timeSchema });
export type SecretInfo = z.infer<typeof secretSchema>;

export const registryHostSchema = z
  .string()
  .refine(isRegistryHost, 'a registry host, for example registry.example.com or registry.example.com:5000');
/** One that is stored: before hosts were checked closely, others were taken too, and have to go. */
export const storedRegistryHostSchema = z.string().min(1).max(512);
export const putRegistryCredentialSchema = z.strictObject({
  username: z.string().min(1).max(256),
  password: z.string().min(1).max(65_536),
});
export const registryCredentialSchema = z.object({ host: z.string(), username: z.string(), updatedAt: timeSchema });
export type RegistryCredentialInfo = z.infer<typeof registryCredentialSchema>;

export const putGitCredentialsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('basic'),
    username: z.string().min(1).max(256),
    password: z.string().min(1).max(8192),
  }),
  z.strictObject({
    kind: z.literal('ssh'),
    privateKey: z.string().min(1).max(16_384),
    knownHosts: z.string().max(16_384).default(''),
  }),
]);
export type PutGitCredentials = z.infer<typeof putGitCredentialsSchema>;

export const hookSecretSchema = z.object({
  id: idSchema,
  /** The first characters, to recognise it by. */
  prefix: z.string(),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
});
/** The secret is in this answer and never again. Older ones stay valid until they are deleted. */
export const createdHookSecretSchema = hookSecretSchema.extend({ secret: z.string() });
export type HookSecretInfo = z.infer<typeof hookSecretSchema>;
export const createdProjectSchema = z.object({ project: projectSchema, hookSecret: createdHookSecretSchema });
export type CreatedProject = z.infer<typeof createdProjectSchema>;
