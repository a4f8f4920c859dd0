import type { Attempt, Build, BuildSummary, Evidence, Failure, Step } from '@cooperage/contracts';
import type { AttemptView, BuildDetailRecord, BuildSummaryRecord, StepView } from '@cooperage/db';
import {
  canCancel,
  canRetry,
  type FailureReport,
  failureEntry,
  inlineDockerfilePath,
  isFailureCode,
  madeFrom,
} from '@cooperage/domain';
import { readableSummary } from './readable-build.js';

const time = (value: Date) => value.toISOString();
const timeOrNull = (value: Date | null) => value?.toISOString() ?? null;

export function presentBuildSummary(record: BuildSummaryRecord): BuildSummary {
  const build = readableSummary(record);
  const { id, projectId, organizationSlug, projectSlug, number, status, stage, phase, waitReason } = build;
  return {
    ...{ id, projectId, organizationSlug, projectSlug, number, status, stage, phase, waitReason },
    trigger: build.trigger,
    triggeredBy: build.triggeredBy,
    ruleName: build.ruleName,
    ref: build.ref,
    commit: build.commit,
    commitSubject: build.commitSubject,
    commitAuthor: build.commitAuthor,
    zone: build.zone,
    tags: [...build.tags],
    digest: build.digest,
    verified: build.verified,
    failure: presentFailure(build.failure),
    fingerprint: build.fingerprint,
    usualMs: build.usualMs,
    attempt: build.attemptNumber,
    stepsTotal: build.stepsTotal,
    stepsCached: build.stepsCached,
    queuedAt: time(build.queuedAt),
    startedAt: timeOrNull(build.startedAt),
    finishedAt: timeOrNull(build.finishedAt),
  };
}

/**
 * @param build as far as it is readable (`readableBuild`)
 * @param evidence of its failure, where somebody has read it
 */
export function presentBuild(build: BuildDetailRecord, evidence: Evidence | null = null): Build {
  const state = { status: build.status, stage: build.stage };
  return {
    ...presentBuildSummary(build),
    failure: presentFailure(build.failure, currentStepOrdinal(build), evidence),
    retryOf: build.retryOf,
    retryOfNumber: build.retryOfNumber,
    deliveryId: build.deliveryId,
    movesTags: build.movesTags,
    leftOutTags: [...build.leftOutTags],
    inputs: {
      ...presentMadeFrom(build),
      platform: build.platform,
      definition: presentDefinition(build),
      secretNames: [...build.secretNames],
      baseImages: [...build.baseImages],
      sources: [...build.sources],
      noCache: build.noCache,
      afterReset: build.afterReset,
      cachePolicy: build.cachePolicy,
      cacheBackend: build.cacheBackend,
      isolated: build.isolated,
      targetRef: build.targetRef,
      limits: build.limits,
    },
    sizeBytes: build.sizeBytes,
    phases: [...build.phases],
    attempts: build.attempts.map((attempt) =>
      presentAttempt(attempt, stepOrdinalOf(build, attempt.id, attempt.failure)),
    ),
    warnings: [...build.warnings],
    cacheExport: build.cacheExport,
    cancelRequestedAt: timeOrNull(build.cancelRequestedAt),
    cancelRequestedBy: build.cancelRequestedBy,
    stoppedAt: timeOrNull(build.stoppedAt),
    can: { cancel: canCancel(state), retry: canRetry(state) },
  };
}

function presentMadeFrom(build: BuildDetailRecord) {
  const { buildArgs, namedContexts, ...paths } = madeFrom(build);
  return { ...paths, buildArgs: { ...buildArgs }, namedContexts: { ...namedContexts } };
}

function presentDefinition({ definition, resolved, buildArgs }: BuildDetailRecord): Build['inputs']['definition'] {
  if (definition === null) return null;
  const ignored = resolved?.ignored.map((field) => ({ ...field })) ?? [];
  const targets = (resolved?.targets ?? []).map((target) => ({
    ...{ name: target.name, contextPath: target.contextPath, target: target.stage },
    dockerfilePath: target.dockerfilePath ?? inlineDockerfilePath({ ...definition, target: target.name }),
    buildArgs: { ...target.buildArgs },
    namedContexts: { ...target.namedContexts },
  }));
  return { ...definition, variables: { ...buildArgs }, resolved: resolved !== null, targets, ignored };
}

/** @param usualMs median over earlier builds, where it is known */
export function presentStep(step: StepView, usualMs: number | null = null): Step {
  const { ordinal, name, stage, target, platform, internal, cached, error, startLine, endLine } = step;
  return {
    ...{ ordinal, name, stage, target, platform, internal, cached, error, startLine, endLine, usualMs },
    startedAt: timeOrNull(step.startedAt),
    completedAt: timeOrNull(step.completedAt),
  };
}

function presentAttempt(attempt: AttemptView, stepOrdinal: number | undefined): Attempt {
  return {
    id: attempt.id,
    number: attempt.number,
    state: attempt.state,
    workerName: attempt.workerName,
    placement: attempt.placement,
    dispatchedAt: time(attempt.dispatchedAt),
    claimedAt: timeOrNull(attempt.claimedAt),
    endedAt: timeOrNull(attempt.endedAt),
    failure: presentFailure(attempt.failure, stepOrdinal),
    logBytes: attempt.logBytes,
    logComplete: attempt.logComplete,
    logDeletedAt: timeOrNull(attempt.logDeletedAt),
  };
}

/** The stored report with the catalogue's blame and advice. */
function presentFailure(
  report: FailureReport | null,
  stepOrdinal?: number,
  evidence: Evidence | null = null,
): Failure | null {
  if (report === null || !isFailureCode(report.code)) return null;
  const { blame, advice } = failureEntry(report.code);
  const { stepId: _, ...place } = report.place ?? {};
  return {
    code: report.code,
    blame,
    message: report.message,
    advice,
    logLine: report.logLine ?? null,
    place: report.place ? { ...place, ...(stepOrdinal !== undefined && { stepOrdinal }) } : null,
    evidence,
  };
}

/** The step at which the build failed, as the current attempt numbers it. */
export function currentStepOrdinal(build: BuildDetailRecord): number | undefined {
  const current = build.attempts.find(({ number }) => number === build.attemptNumber);
  return stepOrdinalOf(build, current?.id, build.failure);
}

function stepOrdinalOf(
  build: BuildDetailRecord,
  attemptId: string | undefined,
  report: FailureReport | null,
): number | undefined {
  return build.failedSteps.get(`${attemptId} ${report?.place?.stepId}`);
}
