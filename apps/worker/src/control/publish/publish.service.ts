import type {
  BuildNotes,
  BuildProject,
  BuildProjectRepository,
  BuildRecord,
  BuildRepository,
  OutboxItem,
  PublishRepository,
  TransitionOutcome,
} from '@cooperage/db';
import { BuildFailure, type Digest, isFinal, projectRepository } from '@cooperage/domain';
import { type Logger, type Metrics, withIds } from '@cooperage/telemetry';
import { observeEnd } from '../../shared/observe-build.js';
import { PhaseNotes } from '../../shared/phase-notes.js';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { type Faults, FaultsInARow } from './faults-in-a-row.js';
import type { ImageQuota } from './image-quota.js';
import type { InspectedImage, InspectImage } from './inspect-image.js';
import { judgeInterruption } from './interruption.js';
import type { PublisherSession, PublisherSessions } from './publisher-session.js';
import type { SignImage } from './sign-image.js';
import type { VerifyPublished } from './verify-published.js';

const busyMs = 250;

/** What the service works with. */
export interface PublishParts {
  readonly builds: BuildRepository;
  readonly notes: BuildNotes;
  readonly projects: BuildProjectRepository;
  readonly publishes: PublishRepository;
  readonly sessions: PublisherSessions;
  readonly inspect: InspectImage;
  readonly quota: ImageQuota;
  readonly sign: SignImage;
  readonly verify: VerifyPublished;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What is known of an image that may pass the gate. */
interface PublishableImage extends Omit<InspectedImage, 'subject'> {
  /** By which it was verified. */
  readonly keyIds: readonly string[];
}

/** One publication under way. */
interface Publication {
  readonly build: BuildRecord;
  readonly project: BuildProject;
  readonly session: PublisherSession;
}

/**
 * From `built` to `succeeded`: inspect, mount, sign, verify, pass the gate, move tags. Every step is safe to repeat, and
 * what was signed is stored before it is pushed, so that after a crash at any point the same work is done again. The
 * promise is kept only when the build has ended: whatever else happens, it is looked at again.
 */
export class PublishService {
  constructor(
    private readonly parts: PublishParts,
    private readonly faults = new FaultsInARow(),
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const { builds, projects, sessions, notes } = this.parts;
    const [build, project] = await Promise.all([builds.find(item.subjectId), projects.find(item.groupId)]);
    // A builder writes the outbox item. The project of another tenant in it must publish nothing there (R-M9).
    if (!build || !project || build.projectId !== project.id || isFinal(build.status)) return done;
    // Nor is there anything to do before the build is built, which promises this anew (R5-B9).
    if (build.stage !== 'control' && build.stage !== 'publishing') return done;
    try {
      const outcome = await sessions.with(project.id, (session) => this.publish({ build, project, session }), signal);
      if (outcome.ok) {
        this.faults.reset(build.id);
        return outcome.value;
      }
      await notes.setWaitReason(speakerOf(build), 'publisher_busy');
      return later(Math.max(busyMs, outcome.waitMs), 'another publisher may still write');
    } catch (error) {
      return this.interrupted(item, error, () => this.faults.note(build.id));
    }
  }

  /** Before the gate the build fails in the end, behind it the work is only put back. */
  async giveUp(item: OutboxItem): Promise<HandlerResult> {
    const message = 'The image could not be published: control ended each time. Its log has the details.';
    return this.interrupted(item, new BuildFailure('InternalError', message), () => item);
  }

  private async publish(work: Publication): Promise<HandlerResult> {
    if (work.build.stage === 'control') {
      const { keyIds, ...image } = await this.prepare(work);
      const gate = await this.parts.publishes.passGate(work.build, work.session.tenure, image, keyIds);
      if (!gate.ok) return afterRefusal(gate.reason);
    }
    return this.rollForward(work);
  }

  /** Everything that stands in the repository by digest before the gate. */
  private async prepare({ build, project, session }: Publication): Promise<PublishableImage> {
    const { inspect, quota, sign, verify, notes, logger } = this.parts;
    const phases = new PhaseNotes(notes, build, 'control', logger);
    try {
      phases.begin('inspect');
      const { subject, ...image } = await inspect.into(session, build, project, (bytes) =>
        quota.assertFits(build, bytes),
      );
      phases.begin('sign');
      const artifacts = await sign.attach(session, build, project, subject);
      phases.begin('verify');
      const keyIds = await verify.check(session, build, project, artifacts);
      return { ...image, keyIds };
    } finally {
      // A note that comes late would miss the gate, or take back why the build waits.
      await phases.written();
    }
  }

  /** Behind the gate: tags as their rows say, then `succeeded`. */
  private async rollForward({ build, project, session }: Publication): Promise<HandlerResult> {
    const { publishes, metrics, logger } = this.parts;
    const repository = projectRepository(project.organizationSlug, project.slug);
    const targets = await publishes.tagsOf(build);
    // One after the other: each writes the entry of the manifest anew, and a registry that keeps it in a file (docker-registry)
    // has no answer for whoever reads it at that moment.
    for (const { tag, digest } of targets)
      await session.registry.tags.put(repository, tag, digest as Digest, { signal: session.signal });
    const outcome = await publishes.succeed(build, session.tenure);
    if (!outcome.ok) return afterRefusal(outcome.reason);
    observeEnd(metrics, outcome.build);
    withIds(logger, { buildId: build.id }).info({ digest: build.digest, tags: build.tags }, 'published');
    return done;
  }

  /** A fault of the surroundings is waited out; one of the build ends it, unless it has passed the gate meanwhile. */
  private async interrupted(item: OutboxItem, error: unknown, note: () => Faults): Promise<HandlerResult> {
    const { builds, notes, metrics, logger } = this.parts;
    // Not the whole row: what ended the process each time may be what stands in it (R3-A5).
    const build = await builds.standing(item.subjectId);
    if (!build || isFinal(build.status)) return done;
    const verdict = judgeInterruption(error, note, build.stage === 'publishing');
    const log = withIds(logger, { buildId: build.id });
    log.warn({ err: error, code: verdict.failure?.code }, 'a publication was interrupted');
    if (verdict.ends) {
      const outcome = await builds.fail(build.id, build.attemptNumber, verdict.failure.report());
      if (outcome.ok) observeEnd(metrics, outcome.build);
      return outcome.ok ? done : afterRefusal(outcome.reason);
    }
    await notes.setWaitReason(speakerOf(build), verdict.waitReason);
    return later(verdict.retryInMs, verdict.failure?.message ?? 'the database did not answer');
  }
}

function speakerOf({ id, attemptNumber, stage }: Pick<BuildRecord, 'id' | 'attemptNumber' | 'stage'>) {
  return { buildId: id, attemptNumber, stage: stage ?? 'control' } as const;
}

/** A build that has ended, by a cancel for example, leaves nothing to do; anything else is looked at again. */
function afterRefusal(reason: Extract<TransitionOutcome, { ok: false }>['reason']): HandlerResult {
  return reason === 'final' || reason === 'not_found' ? done : later(busyMs, `the build could not be moved: ${reason}`);
}
