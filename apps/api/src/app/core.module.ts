import type { DescribedSetting } from '@cooperage/config';
import {
  ApiTokenRepository,
  AuditRepository,
  BuildDetails,
  BuildGroups,
  BuildLists,
  BuildRelations,
  BuildRepository,
  CacheFactsRepository,
  CacheLedgerRepository,
  CacheModeRepository,
  CachePruneRepository,
  CachePruneView,
  CacheResetRepository,
  CacheStepRepository,
  CacheStoreRepository,
  Database,
  DeliveryRepository,
  ExternalSignInRepository,
  FirstStepsRepository,
  HookSecretRepository,
  IdempotencyRepository,
  ImageDeletion,
  ImageFacts,
  ImageLists,
  ImageRepository,
  InsightRepository,
  IntakeRepository,
  InvitationRepository,
  KeptTagRepository,
  LayerListingRepository,
  MainCacheRepository,
  MemberRepository,
  OverviewRepository,
  PasswordResetRepository,
  PostgresChunkStore,
  PrincipalRepository,
  ProcessRepository,
  ProjectGlance,
  ProjectRepository,
  ProjectSecretRepository,
  QuotaRepository,
  RefusalRepository,
  RepositoryAccess,
  RetentionPolicyRepository,
  RetentionRepository,
  RuleRepository,
  RunningBuilds,
  SavedViewRepository,
  SearchRepository,
  SessionRepository,
  SetupCheckRepository,
  SetupRepository,
  SignatureRepository,
  StepVerdictRepository,
  TagPlans,
  TrustRepository,
} from '@cooperage/db';
import { LogHub } from '@cooperage/logs/read';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { Admission } from '../auth/admission.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { SharedRateLimits } from '../http/shared-rate-limits.js';
import { MAIL_LIMITS, Mailer, type MailLimits } from '../mail/mailer.js';
import { LOGGER } from './logger.js';
import { METRICS } from './metrics.js';
import { HOOK_DATABASE, onDatabase } from './on-database.js';
import { SealingService } from './sealing.service.js';
import { API_SETTINGS, type ApiSettings, DESCRIBED_SETTINGS, SESSION_SETTINGS } from './settings.js';

/** What every feature stands on, made once at the start and handed over. */
export interface CoreParts {
  readonly settings: ApiSettings;
  /** For administrators to look at. */
  readonly described: readonly DescribedSetting[];
  readonly database: Database;
  /** Connections for what webhooks look up, which nothing else uses. */
  readonly hookDatabase: Database;
  readonly intake: IntakeRepository;
  /** For following logs over HTTP. */
  readonly logHub: LogHub;
  readonly rateLimits: SharedRateLimits;
  readonly mailLimits: MailLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const repositories = [
  ApiTokenRepository,
  AuditRepository,
  BuildDetails,
  BuildGroups,
  BuildLists,
  BuildRelations,
  BuildRepository,
  CacheFactsRepository,
  CacheLedgerRepository,
  CacheModeRepository,
  CachePruneRepository,
  CachePruneView,
  CacheResetRepository,
  CacheStepRepository,
  CacheStoreRepository,
  DeliveryRepository,
  ExternalSignInRepository,
  FirstStepsRepository,
  HookSecretRepository,
  IdempotencyRepository,
  ImageDeletion,
  ImageFacts,
  ImageLists,
  ImageRepository,
  InsightRepository,
  InvitationRepository,
  KeptTagRepository,
  LayerListingRepository,
  MainCacheRepository,
  MemberRepository,
  PasswordResetRepository,
  OverviewRepository,
  PostgresChunkStore,
  PrincipalRepository,
  ProcessRepository,
  ProjectGlance,
  ProjectRepository,
  ProjectSecretRepository,
  QuotaRepository,
  RefusalRepository,
  RunningBuilds,
  RepositoryAccess,
  RetentionPolicyRepository,
  RetentionRepository,
  RuleRepository,
  SavedViewRepository,
  SearchRepository,
  SessionRepository,
  SetupCheckRepository,
  SetupRepository,
  SignatureRepository,
  StepVerdictRepository,
  TagPlans,
  TrustRepository,
];

@Global()
@Module({})
export class CoreModule {
  static with(parts: CoreParts): DynamicModule {
    const values = [
      { provide: API_SETTINGS, useValue: parts.settings },
      { provide: SESSION_SETTINGS, useValue: parts.settings },
      { provide: DESCRIBED_SETTINGS, useValue: parts.described },
      { provide: Database, useValue: parts.database },
      { provide: HOOK_DATABASE, useValue: parts.hookDatabase },
      { provide: IntakeRepository, useValue: parts.intake },
      { provide: LogHub, useValue: parts.logHub },
      { provide: SharedRateLimits, useValue: parts.rateLimits },
      { provide: MAIL_LIMITS, useValue: parts.mailLimits },
      { provide: LOGGER, useValue: parts.logger },
      { provide: METRICS, useValue: parts.metrics },
      { provide: CursorCodec, useValue: new CursorCodec(parts.settings.secretKeys) },
    ];
    const services = [AccessService, Admission, Mailer, PrincipalsService, SealingService, StatisticsShare];
    const providers = [...values, ...repositories.map(onDatabase), ...services];
    const exports = [...values.map(({ provide }) => provide), ...repositories, ...services];
    return { module: CoreModule, providers, exports };
  }
}
