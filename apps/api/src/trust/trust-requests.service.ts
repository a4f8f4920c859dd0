import type { KeyEffects, RotateKey, TagPlanView, TrustRequest } from '@cooperage/contracts';
import {
  type Actor,
  ImageRepository,
  SignatureRepository,
  TagPlans,
  TrustRepository,
  type TrustRequestRecord,
} from '@cooperage/db';
import { isTag, parseDigest, type TagPlace } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, found } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { placeOf } from '../projects/project-place.js';
import { presentKey } from '../signing/present-signatures.js';

const shownRequests = 20;
/** Of one person, with all tokens: control and the registry work for each of them. */
const tagsByHand = { tries: 30, windowMs: 60_000 };

/** Changes of keys and tags: written down and audited here, carried out by control alone. */
@Injectable()
export class TrustRequestsService {
  private readonly tagsByHand: SharedRateLimit;

  constructor(
    private readonly trust: TrustRepository,
    private readonly signatures: SignatureRepository,
    private readonly images: ImageRepository,
    private readonly plans: TagPlans,
    private readonly access: AccessService,
    private readonly share: StatisticsShare,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    limits: SharedRateLimits,
  ) {
    this.tagsByHand = limits.limit('tags by hand', tagsByHand);
  }

  async list(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.trust.requests(projectId, shownRequests), presentRequest);
  }

  async effects(principal: Principal, projectId: string, keyId: string): Promise<KeyEffects> {
    await this.access.project(principal, projectId);
    const key = found(await this.trust.key(projectId, keyId));
    const { images, tags, moreTags } = await this.share.run(principal, () => this.trust.effects(projectId, keyId));
    const named = tags.map(({ tag, digest }) => ({ tag, digest: parseDigest(digest) }));
    return { key: presentKey(key, this.settings), images, tags: named, moreTags };
  }

  /** @throws {ApiProblem} `conflict` before there is a key, while another change is under way, or with too many keys. */
  async rotate(principal: Principal, projectId: string, { verifyUntil }: RotateKey, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'key.change');
    const key = (await this.signatures.keys(projectId)).find(({ state }) => state === 'signing');
    if (!key) throw new ApiProblem('conflict', { detail: 'The project has no key that signs.' });
    const until = verifyUntil === null ? null : new Date(verifyUntil);
    if (until !== null && until.getTime() <= Date.now())
      throw new ApiProblem('bad_request', { detail: 'The date lies in the past: revoke the key instead.' });
    await this.refuseWhileAsked(projectId);
    const problem = await this.trust.rotationProblem(projectId);
    if (problem !== null) throw new ApiProblem('conflict', { detail: problem });
    const asked = { action: 'rotate', keyId: key.id, verifyUntil: until } as const;
    return presentRequest(await this.trust.ask(placeOf(project), asked, actor));
  }

  async revoke(principal: Principal, projectId: string, keyId: string, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'key.change');
    const key = found(await this.trust.key(projectId, keyId));
    if (key.state === 'revoked') throw new ApiProblem('conflict', { detail: 'The key is revoked already.' });
    await this.refuseWhileAsked(projectId);
    return presentRequest(await this.trust.ask(placeOf(project), { action: 'revoke', keyId }, actor));
  }

  /** What `retag` would do, decided as control decides it. */
  async planTag(
    principal: Principal,
    projectId: string,
    target: { tag: string; digest: string },
  ): Promise<TagPlanView> {
    await this.access.project(principal, projectId);
    const { kind, from, to } = found(await this.plans.find(projectId, target.tag, target.digest));
    return { tag: target.tag, kind, from: from && presentPlace(from), to: presentPlace(to), verified: to.verified };
  }

  async retag(principal: Principal, projectId: string, target: { tag: string; digest: string }, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'tag.move');
    await this.tagsByHand.demand(principal.userId);
    if (!isTag(target.tag)) throw new ApiProblem('bad_request', { detail: 'This is no tag that an image can have.' });
    found(await this.images.find(projectId, target.digest));
    const plan = await this.plans.find(projectId, target.tag, target.digest);
    if (plan?.kind === 'deleting')
      throw new ApiProblem('conflict', { detail: 'The deletion of this image has begun.' });
    if (plan?.to.zone === 'fork')
      throw new ApiProblem('conflict', { detail: 'No tag points to an image that was made in the fork zone.' });
    return presentRequest(await this.trust.ask(placeOf(project), { action: 'retag', ...target }, actor));
  }

  async verifyAll(principal: Principal, projectId: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'image.verify');
    await this.trust.askRound(placeOf(project), actor);
  }

  /** Two rotations at once would be two new keys. Control refuses the second too; this says it sooner. */
  private async refuseWhileAsked(projectId: string): Promise<void> {
    const requests = await this.trust.requests(projectId, shownRequests);
    if (requests.some(({ state, action }) => state === 'asked' && action !== 'retag'))
      throw new ApiProblem('conflict', { detail: 'Another change of the keys is under way.' });
  }
}

function presentPlace({ digest, buildNumber }: TagPlace): TagPlanView['to'] {
  return { digest: parseDigest(digest), buildNumber };
}

function presentRequest(request: TrustRequestRecord): TrustRequest {
  return {
    ...request,
    verifyUntil: request.verifyUntil?.toISOString() ?? null,
    createdAt: request.createdAt.toISOString(),
    doneAt: request.doneAt?.toISOString() ?? null,
  };
}
