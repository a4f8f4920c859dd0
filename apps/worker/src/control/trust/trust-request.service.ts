import type {
  BuildProject,
  BuildProjectRepository,
  OutboxItem,
  PublishRepository,
  RequestOutcome,
  TrustRequestRecord,
  TrustRequestRepository,
} from '@cooperage/db';
import { type Digest, type MasterKeys, projectRepository, sealedSubject } from '@cooperage/domain';
import { generateSigningKey, sealSigningKey } from '@cooperage/signing';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSession, PublisherSessions } from '../publish/publisher-session.js';

const leastWaitMs = 1_000;

/** Carries out what people asked of keys and tags. Keys are made here, in control, and never leave it unsealed. */
export class TrustRequestService {
  constructor(
    private readonly requests: TrustRequestRepository,
    private readonly projects: BuildProjectRepository,
    private readonly publishes: PublishRepository,
    private readonly sessions: PublisherSessions,
    private readonly masters: MasterKeys,
    private readonly logger: Logger,
  ) {}

  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const request = await this.requests.find(item.subjectId);
    if (!request) return done;
    if (request.action === 'retag') return this.retag(request, signal);
    this.told(request, await this.changeKey(request));
    return done;
  }

  private changeKey(request: TrustRequestRecord): Promise<RequestOutcome> {
    if (request.action === 'revoke') return this.requests.revoke(request);
    const key = generateSigningKey();
    const sealed = sealSigningKey(this.masters, key, sealedSubject.signingKey(request.projectId));
    return this.requests.rotate(request, { publicKeyPem: key.publicKeyPem, hint: key.hint, sealed });
  }

  /**
   * The row first, then the registry, as a publication does it: whatever breaks between, the reconciler ends it. The tag is put to
   * what its row says by then, which need not be what was asked for: somebody else may have carried this out, and another since.
   */
  private async retag(request: TrustRequestRecord, until?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(request.projectId);
    if (!project || project.deletedAt) return done;
    const outcome = await this.sessions.with(
      project.id,
      async (session) => {
        const answer = await this.requests.retag(request, session.tenure);
        if (answer !== 'stale' && answer.ok) await this.putTag(session, project, request.tag);
        return answer;
      },
      until,
    );
    if (!outcome.ok) return later(Math.max(leastWaitMs, outcome.waitMs), 'another publisher holds the repository');
    if (outcome.value === 'stale') return later(leastWaitMs, 'the right to write the repository has ended');
    this.told(request, outcome.value);
    return done;
  }

  private async putTag(
    { registry, signal }: PublisherSession,
    { id, organizationSlug, slug }: BuildProject,
    tag: string | null,
  ): Promise<void> {
    const digest = tag === null ? null : await this.publishes.targetOf(id, tag);
    if (tag === null || digest === null) return;
    await registry.tags.put(projectRepository(organizationSlug, slug), tag, digest as Digest, { signal });
  }

  private told({ id, projectId, action }: TrustRequestRecord, outcome: RequestOutcome): void {
    const note = outcome.ok ? undefined : outcome.note;
    this.logger.info({ requestId: id, projectId, action, note }, outcome.ok ? 'a change of trust is made' : 'refused');
  }
}
