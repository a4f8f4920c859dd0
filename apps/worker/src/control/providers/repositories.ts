import {
  BaseTagRepository,
  BuildRepository,
  CacheSweepRepository,
  Database,
  DueCacheRepository,
  EvaluationRepository,
  ImageDeletion,
  OutboxRepository,
  ProjectRemoval,
  PublishRepository,
  RetentionDeletion,
  RetentionSchedule,
  ReverificationRepository,
  SigningRepository,
  SilenceRepository,
  StagedDeletion,
  StepVerdictRepository,
  SweepRepository,
  TenureRepository,
  TrustRequestRepository,
  UsageCounters,
} from '@cooperage/db';
import type { Provider } from '@nestjs/common';

export function repositories(): Provider[] {
  const classes = [
    BaseTagRepository,
    BuildRepository,
    CacheSweepRepository,
    DueCacheRepository,
    EvaluationRepository,
    ImageDeletion,
    OutboxRepository,
    ProjectRemoval,
    PublishRepository,
    RetentionDeletion,
    RetentionSchedule,
    StagedDeletion,
    ReverificationRepository,
    SigningRepository,
    SilenceRepository,
    StepVerdictRepository,
    SweepRepository,
    TenureRepository,
    TrustRequestRepository,
    UsageCounters,
  ];
  return classes.map((Repository) => ({
    provide: Repository,
    inject: [Database],
    useFactory: (database: Database) => new Repository(database),
  }));
}
