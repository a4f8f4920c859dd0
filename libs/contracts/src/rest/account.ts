import { type Role, roles } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { idSchema, slugSchema, timeSchema } from './common.js';

export { type Role, roles };
export const roleSchema = z.enum(roles);

export const setupStateSchema = z.object({ needed: z.boolean() });
export const setupRequestSchema = z.strictObject({
  token: z.string().min(1).max(200),
  email: z.email(),
  name: z.string().trim().min(1).max(120),
  password: z.string().min(12).max(200),
  organization: z.strictObject({ name: z.string().trim().min(1).max(120), slug: slugSchema }),
});
export type SetupRequest = z.infer<typeof setupRequestSchema>;

export const membershipSchema = z.object({
  organizationId: z.string(),
  slug: z.string(),
  name: z.string(),
  role: roleSchema,
});
export const meSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  organizations: z.array(membershipSchema),
});
export type Me = z.infer<typeof meSchema>;

/** `read` reads; `write` also starts, cancels and changes; `registry` may only pull (and push where the role allows) images. */
export const tokenScopes = ['read', 'write', 'registry'] as const;
export type TokenScope = (typeof tokenScopes)[number];

export const tokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** The first characters, to recognise it by. */
  prefix: z.string(),
  scopes: z.array(z.enum(tokenScopes)),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable(),
});
export type Token = z.infer<typeof tokenSchema>;
export const createTokenSchema = z.strictObject({
  organizationId: z.string().max(64),
  name: z.string().trim().min(1).max(120),
  scopes: z.array(z.enum(tokenScopes)).min(1).max(3),
  expiresInDays: z.number().int().min(1).max(365).nullable().default(90),
});
export type CreateToken = z.infer<typeof createTokenSchema>;
/** The secret is in this answer and never again. */
export const createdTokenSchema = tokenSchema.extend({ secret: z.string() });
