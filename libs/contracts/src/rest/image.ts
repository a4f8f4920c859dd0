import { z } from 'zod';
import { digestSchema, idSchema, timeSchema } from './common.js';

export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: digestSchema,
  sizeBytes: z.number().int(),
});

export const imageSummarySchema = z.object({
  projectId: idSchema,
  digest: digestSchema,
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  platforms: z.array(z.string()),
  tags: z.array(z.string()),
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
  commit: z.string().nullable(),
  verified: z.boolean().nullable(),
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

export const tagSchema = z.object({
  tag: z.string(),
  digest: digestSchema,
  buildId: idSchema.nullable(),
  buildNumber: z.number().int().nullable(),
  movedAt: timeSchema,
});
export type Tag = z.infer<typeof tagSchema>;
export const tagMoveSchema = z.object({
  tag: z.string(),
  from: digestSchema.nullable(),
  to: digestSchema,
  buildNumber: z.number().int().nullable(),
  at: timeSchema,
});
export type TagMove = z.infer<typeof tagMoveSchema>;

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
  state: z.enum(['verified', 'refused', 'unsigned', 'unchecked']),
  checkedAt: timeSchema.nullable(),
  checks: z.array(checkSchema),
  keyId: idSchema.nullable(),
  publicKeyUrl: z.string().nullable(),
  commands: z.array(commandSchema),
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
});
export type Key = z.infer<typeof keySchema>;
