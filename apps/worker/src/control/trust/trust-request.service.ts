import type {
  BuildProjectRepository,
  OutboxItem,
  RequestOutcome,
  TrustRequestRecord,
  TrustRequestRepository,
} from '@cooperage/db';
import { type Digest, type MasterKeys, projectRepository, sealedSubject } from '@cooperage/domain';
import { generateSigningKey, sealSigningKey } from '@cooperage/signing';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import type { PublisherSessions } from '../publish/publisher-session.js';

/** Carries out what people asked of keys and tags. Keys are made here, in control, and never leave it unsealed. */
export class TrustRequestService {
  constructor(
    private readonly requests: TrustRequestRepository,
    private readonly projects: BuildProjectRepository,
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

  /** The row first, then the registry, as a publication does it: whatever breaks between, the reconciler ends it. */
  private async retag(request: TrustRequestRecord, until?: AbortSignal): Promise<HandlerResult> {
    const project = await this.projects.find(request.projectId);
    if (!project || project.deletedAt) return done;
    const outcome = await this.sessions.with(
      project.id,
      async ({ registry, signal }) => {
        const answer = await this.requests.retag(request);
        const { tag, digest } = request;
        const repository = projectRepository(project.organizationSlug, project.slug);
        if (answer.ok && tag !== null && digest !== null)
          await registry.tags.put(repository, tag, digest as Digest, { signal });
        return answer;
      },
      until,
    );
    if (!outcome.ok) return later(Math.max(1_000, outcome.waitMs), 'another publisher holds the repository');
    this.told(request, outcome.value);
    return done;
  }

  private told({ id, projectId, action }: TrustRequestRecord, outcome: RequestOutcome): void {
    const note = outcome.ok ? undefined : outcome.note;
    this.logger.info({ requestId: id, projectId, action, note }, outcome.ok ? 'a change of trust is made' : 'refused');
  }
}
