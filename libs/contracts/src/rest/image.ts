import { isTag, tagMoveKinds } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { digestSchema, idSchema, pageQuerySchema, timeSchema } from './common.js';

export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: digestSchema,
  sizeBytes: z.number().int(),
});

/**
 * What the newest verification of an image found. `unsigned`: nothing beside it claims to be a signature; `untrusted`:
 * signed, by no key of the project; `mismatch`: signed by us, but not what was expected; `gone`: the registry has it no
 * more; `impossible`: the registry could not be asked, so nothing is known.
 */
export const verdicts = ['verified', 'unsigned', 'untrusted', 'mismatch', 'gone', 'impossible'] as const;
export type Verdict = (typeof verdicts)[number];

export const imageSummarySchema = z.object({
  projectId: idSchema,
  digest: digestSchema,
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  platforms: z.array(z.string()),
  /** The first hundred by name. */
  tags: z.array(z.string()),
  /** Whether it has more: the project's list of tags has all. */
  moreTags: z.boolean(),
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
  commit: z.string().nullable(),
  /** Null when it was never looked at, or nothing could be found out. */
  verified: z.boolean().nullable(),
  verdict: z.enum(verdicts).nullable(),
  verifiedAt: timeSchema.nullable(),
  createdAt: timeSchema,
});
export type ImageSummary = z.infer<typeof imageSummarySchema>;

export const imageLayerSchema = descriptorSchema.extend({
  /** What made it, as in `docker image history`; null when the config does not say. */
  createdBy: z.string().nullable(),
});
export const imageHistorySchema = z.object({
  createdBy: z.string(),
  createdAt: z.string().nullable(),
  comment: z.string().nullable(),
  /** True for instructions that change only the config. */
  empty: z.boolean(),
  layer: descriptorSchema.nullable(),
});
export const imageManifestSchema = z.object({
  descriptor: descriptorSchema,
  platform: z.string().nullable(),
  /** Set for attestation manifests inside an index: the manifest they speak of. */
  attests: digestSchema.nullable(),
  annotations: z.record(z.string(), z.string()),
  config: descriptorSchema,
  labels: z.record(z.string(), z.string()),
  environment: z.array(z.string()),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  workingDirectory: z.string(),
  user: z.string(),
  layers: z.array(imageLayerSchema),
  history: z.array(imageHistorySchema),
  /**
   * `part`: the config or the annotations are larger than is shown. Texts that are cut end with `…`, and the last entries are
   * left out. `descriptor`: the image has more than one answer shows, so of this manifest only the descriptors are there.
   */
  shown: z.enum(['whole', 'part', 'descriptor']),
});
export type ImageManifest = z.infer<typeof imageManifestSchema>;

export const imageSchema = imageSummarySchema.extend({
  /** `host/organization/project@sha256:…` */
  reference: z.string(),
  index: z.object({ descriptor: descriptorSchema, annotations: z.record(z.string(), z.string()) }).nullable(),
  manifests: z.array(imageManifestSchema),
  referrers: z.array(
    descriptorSchema.extend({ artifactType: z.string().nullable(), predicateType: z.string().nullable() }),
  ),
});
export type Image = z.infer<typeof imageSchema>;

/** An image among those of all projects. */
export const foundImageSchema = imageSummarySchema.extend({ organizationSlug: z.string(), projectSlug: z.string() });
export type FoundImage = z.infer<typeof foundImageSchema>;
export const projectImagesQuerySchema = pageQuerySchema.extend({
  /** The beginning of a digest or of a tag. */
  q: z.string().trim().max(128).optional(),
});
export type ProjectImagesQuery = z.infer<typeof projectImagesQuerySchema>;
export const imagesQuerySchema = projectImagesQuerySchema.extend({
  organization: z.string().max(64).optional(),
  project: idSchema.optional(),
});
export type ImagesQuery = z.infer<typeof imagesQuerySchema>;

/** What is known of an image without asking the registry: it also stands when the registry has lost it. */
/**
 * Why a registry was not asked, or did not say, what a base image's tag points to now. `inner`: its address is not public
 * and the operator has not named it; `foreign`: this installation's own registry, another organization's repository;
 * `sealed`: the project's credential cannot be opened any more.
 */
export const baseProblems = ['not_found', 'denied', 'unavailable', 'invalid', 'inner', 'foreign', 'sealed'] as const;
export type BaseProblem = (typeof baseProblems)[number];

/** A base image of a build. `newest` is the newest digest that a build of the organization found under the same name. */
export const baseImageSchema = z.object({
  name: z.string(),
  digest: z.string(),
  newest: z.object({ digest: z.string(), buildId: idSchema, at: timeSchema }).nullable(),
  /** What its registry said; null when it was not asked yet, or the name has no tag that could move. */
  registry: z
    .object({
      digest: z.string().nullable(),
      /** Whether the build used what the tag points to now; null when the registry has never told. */
      isUsed: z.boolean().nullable(),
      foundAt: timeSchema.nullable(),
      answeredAt: timeSchema.nullable(),
      problem: z.enum(baseProblems).nullable(),
      checkedAt: timeSchema,
    })
    .nullable(),
});
export type BaseImageView = z.infer<typeof baseImageSchema>;

export const imageFactsSchema = imageSummarySchema.extend({
  reference: z.string(),
  build: z
    .object({ number: z.number().int(), ref: z.string(), trigger: z.string(), triggeredBy: z.string().nullable() })
    .nullable(),
  /** The image of the project that was published before it. */
  previous: z
    .object({ digest: digestSchema, sizeBytes: z.number().int(), buildNumber: z.number().int().nullable() })
    .nullable(),
  bases: z.array(baseImageSchema),
});
export type ImageFacts = z.infer<typeof imageFactsSchema>;

export const layerProblemSchema = z.object({ code: z.string(), sentence: z.string() });
export const layerViewSchema = z.object({
  index: z.number().int(),
  digest: digestSchema,
  sizeBytes: z.number().int(),
  /** Ends with `…` where it is cut. */
  createdBy: z.string().nullable(),
  /** `reading` while its files are not known yet: ask again. */
  state: z.enum(['listed', 'reading', 'refused']),
  problem: layerProblemSchema.nullable(),
  unpackedBytes: z.number().int().nullable(),
  /** Known when all layers below it, and for the waste above it, are listed. */
  changes: z
    .object({
      added: z.number().int(),
      changed: z.number().int(),
      removed: z.number().int(),
      /** Bytes in this layer that a later one hides. */
      wastedBytes: z.number().int(),
    })
    .nullable(),
  /** Whether the image before this one has the same layer; null without such an image. */
  inPrevious: z.boolean().nullable(),
});
export const layersSchema = z.object({
  /** Digest of the manifest whose layers these are. */
  manifest: digestSchema,
  /** `reading`: some layers are still being read. `partial`: some cannot be read at all. */
  state: z.enum(['complete', 'reading', 'partial']),
  layers: z.array(layerViewSchema),
  wastedBytes: z.number().int().nullable(),
});
export type Layers = z.infer<typeof layersSchema>;
export type LayerView = z.infer<typeof layerViewSchema>;
export const layersQuerySchema = z.strictObject({
  /** One of the image's manifests; the first platform when missing. */
  manifest: digestSchema.optional(),
});
export const filesQuerySchema = pageQuerySchema.extend({
  manifest: digestSchema.optional(),
  /** Index of a layer; without one the files as a container sees them. */
  layer: z.coerce.number().int().min(0).max(499).optional(),
  /** Folder; the root when missing. */
  path: z.string().max(4096).default(''),
  /** A part of a path: searches all folders instead. */
  search: z.string().trim().max(200).optional(),
});
export type FilesQuery = z.infer<typeof filesQuerySchema>;
export const fileRowSchema = z.object({
  path: z.string(),
  name: z.string(),
  kind: z.enum(['file', 'directory', 'symlink', 'hardlink', 'device', 'other']),
  sizeBytes: z.number().int(),
  files: z.number().int(),
  change: z.enum(['added', 'changed', 'removed']).nullable(),
  layer: z.number().int(),
});
export type FileRow = z.infer<typeof fileRowSchema>;

export const tagSchema = z.object({
  tag: z.string(),
  digest: digestSchema,
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
  movedAt: timeSchema,
});
export type Tag = z.infer<typeof tagSchema>;
const tagBoundSchema = z.object({
  used: z.number().int(),
  limit: z.number().int(),
  /** `near`: 80 % or more are used. */
  state: z.enum(['ok', 'near', 'reached']),
});
/** How many tags a project has. New ones beyond a limit are left out: builds are published without them. */
export const tagUseSchema = z.object({
  all: tagBoundSchema,
  /** Of branches and releases that are not protected. */
  unprotected: tagBoundSchema,
});
export type TagUseView = z.infer<typeof tagUseSchema>;
export const tagMoveSchema = z.object({
  tag: z.string(),
  from: digestSchema.nullable(),
  to: digestSchema,
  buildNumber: z.number().int().nullable(),
  /** Who moved it by hand; null when its build did. */
  movedBy: z.string().nullable(),
  at: timeSchema,
});
export type TagMove = z.infer<typeof tagMoveSchema>;
export const tagMovesQuerySchema = pageQuerySchema.extend({
  tag: z.string().refine(isTag, 'a tag').optional(),
  /** An image that the tags moved to, or away from. */
  digest: digestSchema.optional(),
});
export type TagMovesQuery = z.infer<typeof tagMovesQuerySchema>;

const tagPlaceSchema = z.object({ digest: digestSchema, buildNumber: z.number().int() });
/** What pointing a tag to an image would change, before anybody asks for it. */
export const tagPlanSchema = z.object({
  tag: z.string(),
  /** `new` and `forward` would be done; `same` changes nothing; tags never move `backward`, and none to an image that is `deleting`. */
  kind: z.enum(tagMoveKinds),
  from: tagPlaceSchema.nullable(),
  to: tagPlaceSchema,
  /** Whether the newest verification of the image passed: without it no tag points to it. */
  verified: z.boolean(),
});
export type TagPlanView = z.infer<typeof tagPlanSchema>;
export const tagPlanQuerySchema = z.strictObject({ tag: z.string().refine(isTag, 'a tag') });

export const checkSchema = z.object({
  id: z.string(),
  title: z.string(),
  ok: z.boolean(),
  /** A check that is not required tells something and does not change the verdict. */
  required: z.boolean(),
  expected: z.string(),
  found: z.string(),
  /** What was looked at: digest of the bundle, tag, key id. */
  evidence: z.string().nullable(),
});
export type Check = z.infer<typeof checkSchema>;
export const commandSchema = z.object({ title: z.string(), arguments: z.array(z.string()), text: z.string() });
export const signaturesSchema = z.object({
  digest: digestSchema,
  reference: z.string(),
  state: z.enum([...verdicts, 'unchecked']),
  checkedAt: timeSchema.nullable(),
  /** With `impossible`: what was found last, and when. */
  lastKnown: z.object({ state: z.enum(verdicts), at: timeSchema }).nullable(),
  checks: z.array(checkSchema),
  keyId: idSchema.nullable(),
  publicKeyUrl: z.string().nullable(),
  /** Pull, verify, inspect: each pinned to the digest, for a terminal. */
  commands: z.array(commandSchema),
  /** Files that make other tools demand the same signature. */
  snippets: z.array(z.object({ tool: z.string(), fileName: z.string(), text: z.string(), notes: z.array(z.string()) })),
});
export type Signatures = z.infer<typeof signaturesSchema>;

export const keySchema = z.object({
  id: idSchema,
  projectId: idSchema,
  algorithm: z.literal('ecdsa-p256-sha256'),
  state: z.enum(['creating', 'signing', 'verify_only', 'revoked']),
  /** base64 of sha256 over the public key's SPKI bytes; cosign bundles name the key by it. */
  hint: z.string().nullable(),
  publicKeyPem: z.string().nullable(),
  publicKeyUrl: z.string(),
  createdAt: timeSchema,
  /** When it stopped signing. */
  retiredAt: timeSchema.nullable(),
  /** Until when the signatures of a key that only verifies count; null: without end. */
  verifyUntil: timeSchema.nullable(),
});
export type Key = z.infer<typeof keySchema>;
