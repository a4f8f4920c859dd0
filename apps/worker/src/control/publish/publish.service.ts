import type {
  BuildProject,
  BuildProjectRepository,
  BuildRecord,
  BuildRepository,
  OutboxItem,
  PublishRepository,
} from '@cooperage/db';
import { BuildFailure, isFinal } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { type Logger, type Metrics, withIds } from '@cooperage/telemetry';
import { observeEnd } from '../../shared/observe-build.js';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { InspectImage } from './inspect-image.js';
import type { PublisherSession, PublisherSessions } from './publisher-session.js';
import type { SignImage } from './sign-image.js';
import type { VerifyPublished } from './verify-published.js';

/** How long a build may wait for a registry or a key before it fails; behind the gate it waits without limit. */
const patienceMs = 10 * 60_000;
const retryMs = 2_000;

/** One publication under way. */
interface Publication {
  readonly build: BuildRecord;
  readonly project: BuildProject;
  readonly session: PublisherSession;
}

/**
 * From `built` to `succeeded`: inspect, mount, sign, verify, pass the gate, move tags. Every step is safe to repeat, and
 * what was signed is stored before it is pushed, so that after a crash at any point the same work is done again.
 */
export class PublishService {
  constructor(
    private readonly builds: BuildRepository,
    private readonly projects: BuildProjectRepository,
    private readonly publishes: PublishRepository,
    private readonly sessions: PublisherSessions,
    private readonly inspect: InspectImage,
    private readonly sign: SignImage,
    private readonly verify: VerifyPublished,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  async handle(item: OutboxItem): Promise<HandlerResult> {
    const build = await this.builds.find(item.subjectId);
    if (!build || isFinal(build.status) || build.stage === 'builder') return done;
    const project = await this.projects.find(build.projectId);
    if (!project) return done;
    try {
      const outcome = await this.sessions.with(project.id, (session) => this.publish({ build, project, session }));
      if (outcome.ok) return outcome.value;
      await this.builds.setWaitReason(build.id, 'publisher_busy');
      return later(Math.max(250, outcome.waitMs), 'another publisher may still write');
    } catch (error) {
      return this.holdOrFail(build, error);
    }
  }

  private async publish(work: Publication): Promise<HandlerResult> {
    if (work.build.stage === 'control') {
      await this.prepare(work);
      const outcome = await this.publishes.passGate(work.build, work.session.tenure, [work.build.platform]);
      // Canceled meanwhile, or the tenure went to somebody else: no tag has moved, and nothing more is ours to do.
      if (!outcome.ok) return outcome.reason === 'stale' ? later(250, 'the tenure was lost') : done;
    }
    return this.rollForward(work);
  }

  /** Everything that stands in the repository by digest before the gate. */
  private async prepare({ build, project, session }: Publication): Promise<void> {
    await this.phase(build, 'inspect');
    const subject = await this.inspect.into(session, build, project);
    await this.phase(build, 'sign');
    await this.sign.attach(session, build, project, subject);
    await this.phase(build, 'verify');
    await this.verify.check(session, build, project);
  }

  /** Behind the gate: tags as their rows say, then `succeeded`. */
  private async rollForward({ build, project, session }: Publication): Promise<HandlerResult> {
    const repository = `${project.organizationSlug}/${project.slug}`;
    for (const { tag, digest } of await this.publishes.tagsOf(build.id))
      await session.registry.tags.put(repository, tag, digest as `sha256:${string}`, { signal: session.signal });
    const outcome = await this.publishes.succeed(build, session.tenure);
    if (!outcome.ok) return outcome.reason === 'stale' ? later(250, 'the tenure was lost') : done;
    observeEnd(this.metrics, outcome.build);
    withIds(this.logger, { buildId: build.id }).info({ digest: build.digest, tags: build.tags }, 'published');
    return done;
  }

  private async phase(build: BuildRecord, phase: 'inspect' | 'sign' | 'verify'): Promise<void> {
    await this.builds.setPhase(build.id, build.attemptNumber, phase);
  }

  /** A fault of the surroundings is waited out; one of the build ends it. */
  private async holdOrFail(build: BuildRecord, error: unknown): Promise<HandlerResult> {
    const failure = asFailure(error);
    const logger = withIds(this.logger, { buildId: build.id });
    logger.warn({ err: error, code: failure?.code }, 'a publication was interrupted');
    if (failure && build.stage !== 'publishing' && !this.worthWaiting(build, failure)) {
      const outcome = await this.builds.fail(build.id, { attemptNumber: build.attemptNumber }, failure.report());
      if (outcome.ok) observeEnd(this.metrics, outcome.build);
      return done;
    }
    await this.builds.setWaitReason(
      build.id,
      failure?.code === 'SigningUnavailable' ? 'signing_held' : 'registry_unavailable',
    );
    return later(retryMs, failure?.message ?? 'an unexpected error');
  }

  private worthWaiting(build: BuildRecord, failure: BuildFailure): boolean {
    return failure.retryable && Date.now() - (build.builtAt ?? new Date()).getTime() < patienceMs;
  }
}

/** Null for a defect of ours: it is retried, since an image that exists should not be lost to it. */
function asFailure(error: unknown): BuildFailure | null {
  if (error instanceof BuildFailure) return error;
  if (!isRegistryError(error)) return null;
  if (error.kind === 'invalid' || error.kind === 'rejected')
    return new BuildFailure('PushRejected', `The image cannot be published: ${error.message}.`, { cause: error });
  return new BuildFailure('RegistryUnavailable', 'The registry did not answer as it should.', { cause: error });
}
