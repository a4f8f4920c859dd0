import { createHash } from 'node:crypto';
import type { CachePrune, CachePrunePreview, CachePruneQuery, Page, PageQuery, PruneCache } from '@cooperage/contracts';
import {
  type Actor,
  type CachePruneRecord,
  CachePruneRepository,
  type ProjectRecord,
  type StoredCacheRecord,
} from '@cooperage/db';
import { type CachePlace, colderRefs, HeldBlobs, lastTouch, type PruneRule, prune } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

const mostShown = 100;

/** References that go by a rule: what that would mean, and the word to do it. */
@Injectable()
export class CachePruneService {
  constructor(
    private readonly prunes: CachePruneRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async preview(principal: Principal, projectId: string, query: CachePruneQuery): Promise<CachePrunePreview> {
    const project = await this.access.project(principal, projectId);
    const { stored, going, spared } = await this.choose(project, ruleOf(query));
    const readers = going.length === 0 ? [] : await this.prunes.readers(projectId);
    const colder = colderRefs(projectId, readers, stored, going, project.defaultBranch, new Date());
    return {
      references: going.length,
      bytes: freedBytes(stored, going),
      items: going
        .toSorted((a, b) => b.bytes - a.bytes)
        .slice(0, mostShown)
        .map((each) => ({
          ...presentPlace(each),
          ...{ bytes: each.bytes, touchedAt: new Date(lastTouch(each)).toISOString() },
        })),
      spared: spared.slice(0, mostShown).map(presentPlace),
      colderRefs: colder.length,
      colder: colder.slice(0, mostShown).map(({ reader: { zone, ref, platform, number }, left }) => ({
        ...{ zone, ref, platform, lastBuild: number, left: [...left] },
      })),
      seen: nameOf(going),
    };
  }

  /** @throws {ApiProblem} `conflict` where nothing fits, `stale` where it is not what was seen */
  async prune(principal: Principal, projectId: string, asked: PruneCache, actor: Actor): Promise<CachePrune> {
    const project = await this.access.project(principal, projectId, 'cache.prune');
    const rule = ruleOf(asked);
    const { going, spared } = await this.choose(project, rule);
    if (asked.seen !== undefined && asked.seen !== nameOf(going))
      throw new ApiProblem('stale', { detail: 'Another set of caches fits by now. Look at it again.' });
    if (going.length === 0)
      throw new ApiProblem('conflict', {
        detail:
          spared.length === 0
            ? 'No cache of this project fits.'
            : 'Only what the builds of every ref read fits: say its full ref to delete it.',
      });
    const made = await this.prunes.create(placeOf(project), { ...rule, reason: asked.reason }, going, actor);
    return presentPrune(found(made));
  }

  async list(principal: Principal, projectId: string, query: PageQuery): Promise<Page<CachePrune>> {
    await this.access.project(principal, projectId);
    const list = `cache-prunes ${projectId}`;
    return this.cursors.page(list, await this.prunes.list(projectId, this.cursors.query(list, query)), presentPrune);
  }

  private async choose({ id }: ProjectRecord, rule: PruneRule) {
    const stored = await this.prunes.stored(id);
    return { stored, ...prune(stored, rule, new Date()) };
  }
}

function ruleOf({ zone, q: text, unusedDays }: CachePruneQuery | PruneCache): PruneRule {
  return { zone: zone ?? null, text, unusedDays: unusedDays ?? null };
}

/** What nothing that stays needs. */
function freedBytes(stored: readonly StoredCacheRecord[], going: readonly StoredCacheRecord[]): number {
  const held = new HeldBlobs(stored);
  return going.reduce((sum, each) => sum + held.remove(each), 0);
}

/** Changes with whatever would go, and with what stands there. */
function nameOf(going: readonly StoredCacheRecord[]): string {
  const lines = going.map(({ zone, ref, platform, epoch, digest }) =>
    JSON.stringify([zone, ref, platform, epoch, digest]),
  );
  return createHash('sha256').update(lines.toSorted().join()).digest('hex').slice(0, 32);
}

function presentPlace({ zone, ref, platform, epoch }: CachePlace): CachePlace {
  return { zone, ref, platform, epoch };
}

function presentPrune(prune: CachePruneRecord): CachePrune {
  const { id, zone, text: q, unusedDays, reason, actorName: by, chosen: references, deleted } = prune;
  return {
    ...{ id, zone, q, unusedDays, reason, by, references, deleted },
    ...{ at: prune.createdAt.toISOString(), endedAt: prune.endedAt?.toISOString() ?? null },
  };
}
