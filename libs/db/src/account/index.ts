export type { Actor } from './actor.js';
export { type ApiTokenRecord, ApiTokenRepository, mostApiTokens, type NewApiToken } from './api-token-repository.js';
export {
  type ExternalIdentity,
  type ExternalSignIn,
  ExternalSignInRepository,
  type NewSession,
} from './external-sign-in-repository.js';
export {
  IdempotencyRepository,
  type IdempotentCall,
  type IdempotentState,
  idempotentHours,
  maxIdempotentKeys,
} from './idempotency-repository.js';
export type { NewOrganization } from './insert-organization.js';
export type { NewUser } from './insert-user.js';
export {
  type AcceptOutcome,
  type InvitationRecord,
  InvitationRepository,
  type NewInvitation,
  type PendingInvitation,
} from './invitation-repository.js';
export { type MemberChange, type MemberRecord, MemberRepository } from './member-repository.js';
export * from './organization-administration.js';
export type { ResetRequester } from './password-reset-links.js';
export {
  PasswordResetRepository,
  type ResetOutcome,
  type ResetSubject,
} from './password-reset-repository.js';
export {
  type MembershipRecord,
  PrincipalRepository,
  type SessionRecord,
  type TokenHolderRecord,
} from './principal-repository.js';
export { installationScope, type OrganizationQuota, QuotaRepository, type QuotaUsage } from './quota-repository.js';
export { type SavedList, type SavedViewRecord, SavedViewRepository } from './saved-view-repository.js';
export { type OpenSession, SessionRepository } from './session-repository.js';
export { type SetupOutcome, SetupRepository } from './setup-repository.js';
export { type SignInStorage, signInStorage } from './sign-in-storage.js';
export { UsageCounters } from './usage-counters.js';
