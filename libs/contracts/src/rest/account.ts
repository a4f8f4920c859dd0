import { type Role, roles } from '@cooperage/domain/predicates';
import { z } from 'zod';
import { emailSchema, idSchema, slugSchema, timeSchema } from './common.js';
import { laneForetellingSchema } from './worker.js';

export { type Role, roles };
export const roleSchema = z.enum(roles);

export const setupStateSchema = z.object({ needed: z.boolean() });
export const setupRequestSchema = z.strictObject({
  /** Left out where the browser keeps it in its cookie. */
  token: z.string().min(1).max(200).optional(),
  email: emailSchema,
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

/** An organization that was just made, and what is missing for it to build; null where nothing is. */
export const createdOrganizationSchema = membershipSchema.extend({ foretold: laneForetellingSchema.nullable() });
export const meSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  /** Of the whole installation. */
  administrator: z.boolean(),
  /** Whether the caller may make organizations; otherwise administrators of the installation do. */
  mayCreateOrganizations: z.boolean(),
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
export type CreatedToken = z.infer<typeof createdTokenSchema>;

export const sessionSchema = z.object({
  id: z.string(),
  /** The session of this very request. */
  current: z.boolean(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type SessionView = z.infer<typeof sessionSchema>;

export const createOrganizationSchema = z.strictObject({ name: z.string().trim().min(1).max(120), slug: slugSchema });
export type CreateOrganization = z.infer<typeof createOrganizationSchema>;

export const memberSchema = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: timeSchema,
});
export type MemberView = z.infer<typeof memberSchema>;
export const changeMemberSchema = z.strictObject({ role: roleSchema });
export type ChangeMember = z.infer<typeof changeMemberSchema>;

export const createInvitationSchema = z.strictObject({ email: emailSchema, role: roleSchema });
export type CreateInvitation = z.infer<typeof createInvitationSchema>;
/**
 * The link holds the invitation's secret behind `#`. Who uses it is taken for the owner of the mail address, so it is shown to
 * the inviter only if it could not be mailed; the address counts as not verified then.
 */
export const createdInvitationSchema = z.object({
  email: z.string(),
  role: roleSchema,
  /** Null when it was mailed. */
  url: z.string().nullable(),
  /** Whether the mail server has taken the link. */
  mailed: z.boolean(),
  /** Mail is set up, and the mail server has not taken it. The invitation is there: hand its link over, or invite again. */
  mailFailed: z.boolean(),
  expiresAt: timeSchema,
});
export type CreatedInvitation = z.infer<typeof createdInvitationSchema>;
/** An invitation that nobody has used yet. */
export const pendingInvitationSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: roleSchema,
  inviterName: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type PendingInvitationView = z.infer<typeof pendingInvitationSchema>;
export const invitationSecretSchema = z.strictObject({ secret: z.string().min(1).max(200) });
export type InvitationSecret = z.infer<typeof invitationSecretSchema>;
export const acceptInvitationSchema = invitationSecretSchema.extend({
  name: z.string().trim().min(1).max(120),
  password: z.string().min(12).max(200),
});
export type AcceptInvitation = z.infer<typeof acceptInvitationSchema>;
export const invitationSchema = z.object({
  email: z.string(),
  role: roleSchema,
  organizationName: z.string(),
  /** Whether somebody with this mail address can sign in already, and should. */
  hasAccount: z.boolean(),
});
export type InvitationView = z.infer<typeof invitationSchema>;

/** How one may sign in to this installation. Only what is configured. */
export const signInWaysSchema = z.object({
  /** The OpenID provider, by the name of its host, and the address at which to begin. */
  oidc: z.object({ name: z.string(), startUrl: z.string() }).nullable(),
  /** Whether a forgotten password can be replaced by mail. */
  mail: z.boolean(),
});
export type SignInWays = z.infer<typeof signInWaysSchema>;

export const renameOrganizationSchema = z.strictObject({ name: z.string().trim().min(1).max(120) });
export type RenameOrganization = z.infer<typeof renameOrganizationSchema>;

export const requestPasswordResetSchema = z.strictObject({ email: z.string().min(3).max(320) });
export type RequestPasswordReset = z.infer<typeof requestPasswordResetSchema>;
export const passwordResetSecretSchema = z.strictObject({ secret: z.string().min(1).max(200) });
export type PasswordResetSecret = z.infer<typeof passwordResetSecretSchema>;
export const usePasswordResetSchema = passwordResetSecretSchema.extend({
  password: z.string().min(12).max(200),
  /** API tokens are revoked otherwise: whoever had the account until now may have made some. */
  keepApiTokens: z.boolean().default(false),
});
export type UsePasswordReset = z.infer<typeof usePasswordResetSchema>;
export const passwordResetSchema = z.object({
  email: z.string(),
  /** API tokens of the person that work now. */
  apiTokens: z.number().int(),
});
export type PasswordResetView = z.infer<typeof passwordResetSchema>;
/** The link holds its secret behind `#`; it is in this answer and never again. */
export const createdPasswordResetSchema = z.object({ url: z.string(), expiresAt: timeSchema });
export type CreatedPasswordReset = z.infer<typeof createdPasswordResetSchema>;
