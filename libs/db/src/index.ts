export * from './account/index.js';
export * from './attempt/attempt-record.js';
export * from './attempt/attempt-repository.js';
export * from './attempt/context-manifest-repository.js';
export * from './attempt/dispatch-repository.js';
export * from './attempt/registry-token-repository.js';
export * from './attempt/step-repository.js';
export * from './attempt/sweep-repository.js';
export * from './attempt/tidy-repository.js';
export * from './audit/index.js';
export * from './build/build-detail.js';
export type { Reader } from './build/build-filter-sql.js';
export { type BuildGroupRow, BuildGroups, type GroupKind, groupedBuilds } from './build/build-groups.js';
export { type BuildFilter, BuildLists, mostCounted } from './build/build-lists.js';
export * from './build/build-notes.js';
export * from './build/build-record.js';
export * from './build/build-relations.js';
export * from './build/build-repository.js';
export type { BuildSummaryRecord } from './build/build-summary.js';
export type { Expectation, TransitionOutcome } from './build/build-transition.js';
export * from './build/cache-facts-repository.js';
export * from './build/cache-ledger-repository.js';
export type { AnnouncedBuild } from './build/listed-build.js';
export * from './build/queue-positions.js';
export * from './build/queue-repository.js';
export * from './build/running-builds.js';
export * from './cache/cache-budgets.js';
export * from './cache/cache-measure-repository.js';
export * from './cache/cache-mode-repository.js';
export * from './cache/cache-prune-repository.js';
export * from './cache/cache-prune-view.js';
export * from './cache/cache-read-repository.js';
export * from './cache/cache-reset-repository.js';
export * from './cache/cache-step-repository.js';
export * from './cache/cache-store-repository.js';
export * from './cache/cache-sweep-repository.js';
export * from './cache/due-cache-repository.js';
export * from './cache/main-cache-repository.js';
export * from './cache/replaced-cache-repository.js';
export * from './cache/step-verdict-repository.js';
export { refuseSuperuser, UnsafeDatabaseRole } from './connection-role.js';
export { Database, type DatabaseOptions } from './database.js';
export { isDatabaseOutage, isDatabaseUnavailable, isStatementTimeout, isStatementTooLong } from './database-errors.js';
export type { DeliveryFilter, DeliveryOutcome } from './delivery/delivery-list.js';
export type { DeliveryContent, DeliveryRecord } from './delivery/delivery-record.js';
export * from './delivery/delivery-repository.js';
export { storedDeliveryBytes } from './delivery/delivery-size.js';
export * from './delivery/evaluation-repository.js';
export * from './delivery/intake-repository.js';
export * from './delivery/refusal-repository.js';
export * from './delivery/silence-repository.js';
export * from './image/base-tag-repository.js';
export * from './image/image-facts.js';
export * from './image/image-lists.js';
export {
  type ImageRecord,
  ImageRepository,
  type TagMoveRecord,
  type TagRecord,
} from './image/image-repository.js';
export * from './image/kept-tag-repository.js';
export * from './image/layer-listing-repository.js';
export * from './image/mounted-repository.js';
export type { StoredVerdict } from './image/newest-verification.js';
export * from './image/publish-repository.js';
export {
  keyCounts,
  type PublicKeyRecord,
  SignatureRepository,
  type VerificationRecord,
} from './image/signature-repository.js';
export * from './image/staging-repository.js';
export type { TagUse } from './image/tag-bounds.js';
export { type TagPlan, TagPlans, type TagTargetRecord } from './image/tag-plan.js';
export * from './lease/drain-repository.js';
export * from './lease/process-repository.js';
export { type Tenure, type TenureOutcome, TenureRepository } from './lease/tenure-repository.js';
export * from './listen/channels.js';
export * from './listen/listener.js';
export * from './log/postgres-chunk-store.js';
export * from './new-id.js';
export * from './outbox/outbox-repository.js';
export type { OutboxShare } from './outbox/takeable.js';
export * from './outbox/topics.js';
export * from './overview/insight-repository.js';
export * from './overview/overview-repository.js';
export * from './overview/project-glance.js';
export * from './page.js';
export * from './project/build-project-repository.js';
export {
  type HookSecretRecord,
  HookSecretRepository,
  maxHookSecrets,
  type NewHookSecret,
  type SealedHookTarget,
} from './project/hook-secret-repository.js';
export type { NewProject, ProjectCreation } from './project/project-creation.js';
export type { ProjectRecord, ProjectSettings } from './project/project-record.js';
export * from './project/project-removal.js';
export * from './project/project-repository.js';
export * from './project/project-secret-repository.js';
export type { ProjectSummaryRecord } from './project/project-summary.js';
export * from './project/repository-access.js';
export {
  maxRules,
  type ProjectPlace,
  type RuleOutcome,
  type RuleRecord,
  RuleRepository,
  type RuleSettings,
} from './project/rule-repository.js';
export * from './retention/image-deletion.js';
export * from './retention/mounted-deletion.js';
export * from './retention/retention-deletion.js';
export * from './retention/retention-policy-repository.js';
export type { RetentionRecord } from './retention/retention-record.js';
export { mostPreviewed, type RetentionPreview, RetentionRepository } from './retention/retention-repository.js';
export * from './retention/retention-schedule.js';
export * from './retention/staged-deletion.js';
export { isMigrated, schemaVersion } from './schema-version.js';
export { bindGitCredentials, type SealedAgain, sealAgain } from './seal/seal-again.js';
export { entrustedBoxes, SealedBoxRepository, signingBoxes } from './seal/sealed-box-repository.js';
export { type FoundBuild, SearchRepository } from './search/search-repository.js';
export * from './setup/first-steps-repository.js';
export * from './setup/setup-check-repository.js';
export type { ArtifactPart } from './signing/artifact-parts.js';
export * from './signing/reverification-repository.js';
export * from './signing/signing-repository.js';
export * from './signing/trust-repository.js';
export * from './signing/trust-request-repository.js';
export { type FoundVerification, type VerifyingKeys, verifiedByKeysThatCount } from './signing/verifying-keys.js';
