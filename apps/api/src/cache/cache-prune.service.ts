import type { CachePrune, CachePrunePreview, CachePruneQuery, Page, PageQuery, PruneCache } from '@cooperage/contracts';
import {
  type Actor,
  type CachePruneRecord,
  CachePruneRepository,
  CachePruneView,
  mostPruned,
  type ProjectRecord,
  type PruneView,
} from '@cooperage/db';
import {
  type CachePlace,
  type CacheReader,
  type ColderRef,
  cacheImports,
  colderRefs,
  type PruneRule,
} from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

const mostShown = 100;

/** References that go by a rule: what that would mean, and the word to do it. */
@Injectable()
export class CachePruneService {
  constructor(
    private readonly prunes: CachePruneRepository,
    private readonly view: CachePruneView,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
  ) {}

  async preview(principal: Principal, projectId: string, query: CachePruneQuery): Promise<CachePrunePreview> {
    const project = await this.access.project(principal, projectId);
    // Several statements over all caches and blobs of the project, one after the other.
    return this.share.run(principal, () => this.previewOf(project, ruleOf(query)));
  }

  private async previewOf(project: ProjectRecord, rule: PruneRule): Promise<CachePrunePreview> {
    const { id: projectId } = project;
    const { going, spared, freedBytes, name } = await this.view.of(projectId, rule);
    const items = going === 0 ? [] : await this.view.going(projectId, rule, mostShown);
    const colder = going === 0 ? [] : await this.colder(project, rule);
    return {
      references: going,
      bytes: freedBytes,
      items: items.map((each) => ({
        ...presentPlace(each),
        ...{ bytes: each.bytes, touchedAt: each.touchedAt.toISOString() },
      })),
      sparedReferences: spared,
      spared: spared === 0 ? [] : (await this.view.spared(projectId, rule, mostShown)).map(presentPlace),
      colderRefs: colder.length,
      colder: colder.slice(0, mostShown).map(({ reader: { zone, ref, platform, number }, left }) => ({
        ...{ zone, ref, platform, lastBuild: number, left: [...left] },
      })),
      seen: name,
    };
  }

  /**
   * @throws {ApiProblem} `conflict` where nothing fits, or more than one prune can take, or another one has not ended, `stale` where it is not what was
   * seen
   */
  async prune(principal: Principal, projectId: string, asked: PruneCache, actor: Actor): Promise<CachePrune> {
    const project = await this.access.project(principal, projectId, 'cache.prune');
    const rule = { ...ruleOf(asked), reason: asked.reason };
    const made = await this.prunes.create(placeOf(project), rule, asked.seen ?? null, actor);
    if (made === 'open')
      throw new ApiProblem('conflict', {
        detail: 'Another prune of this project has not ended yet. Look at the list of prunes, then ask again.',
      });
    if (made) return presentPrune(made);
    throw this.problemOf(await this.share.run(principal, () => this.view.of(projectId, rule)), asked.seen);
  }

  private problemOf({ going, spared, name }: PruneView, seen: string | undefined): ApiProblem {
    if (seen !== undefined && seen !== name)
      return new ApiProblem('stale', { detail: 'Another set of caches fits by now. Look at it again.' });
    if (going > mostPruned)
      return new ApiProblem('conflict', {
        detail: `${going} caches fit, and a prune takes ${mostPruned} at most. Say more of the ref, a zone, or more days without a use.`,
      });
    if (going > 0) return new ApiProblem('stale', { detail: 'The caches of this project change now. Ask again.' });
    return new ApiProblem('conflict', {
      detail:
        spared === 0
          ? 'No cache of this project fits.'
          : 'Only what the builds of every ref read fits: say its full ref to delete it.',
    });
  }

  async list(principal: Principal, projectId: string, query: PageQuery): Promise<Page<CachePrune>> {
    await this.access.project(principal, projectId);
    const list = `cache-prunes ${projectId}`;
    return this.cursors.page(list, await this.prunes.list(projectId, this.cursors.query(list, query)), presentPrune);
  }

  private async colder({ id, defaultBranch }: ProjectRecord, rule: PruneRule): Promise<ColderRef<CacheReader>[]> {
    const readers = await this.prunes.readers(id);
    const reads = readers.flatMap((reader) =>
      cacheImports(reader, defaultBranch).map((read) => ({ ...read, platform: reader.platform })),
    );
    const there = await this.view.there(id, rule, reads);
    const going = there.filter(({ isGoing }) => isGoing);
    return colderRefs(id, readers, there, going, defaultBranch, new Date());
  }
}

function ruleOf({ zone, q: text, unusedDays }: CachePruneQuery | PruneCache): PruneRule {
  return { zone: zone ?? null, text, unusedDays: unusedDays ?? null };
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
