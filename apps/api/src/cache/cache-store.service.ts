import type {
  CacheEntriesQuery,
  CacheEntry,
  CacheEviction,
  CacheReset,
  Page,
  PageQuery,
  ResetCache,
} from '@cooperage/contracts';
import {
  type Actor,
  type CacheEntryRecord,
  type CacheEvictionRecord,
  type CacheResetRecord,
  CacheResetRepository,
  CacheStoreRepository,
  type ProjectRecord,
} from '@cooperage/db';
import { cacheReference, isReadByAll } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

/** What the registry holds of a project's caches, and the end of it. */
@Injectable()
export class CacheStoreService {
  constructor(
    private readonly store: CacheStoreRepository,
    private readonly rows: CacheResetRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
  ) {}

  async entries(principal: Principal, projectId: string, query: CacheEntriesQuery): Promise<Page<CacheEntry>> {
    const project = await this.access.project(principal, projectId);
    const { zone = null, q: text, sort } = query;
    const list = `cache-entries ${projectId} ${sort} ${zone ?? ''} ${text}`;
    const position = this.cursors.query(list, query);
    // Each blob of each cache of the page is looked up among those of the project.
    const page = await this.share.run(principal, () => this.store.entries(projectId, { zone, text, sort }, position));
    return this.cursors.page(list, page, (entry) => presentEntry(project, entry));
  }

  async evictions(principal: Principal, projectId: string, query: PageQuery): Promise<Page<CacheEviction>> {
    await this.access.project(principal, projectId);
    const list = `cache-evictions ${projectId}`;
    return this.cursors.page(
      list,
      await this.store.evictions(projectId, this.cursors.query(list, query)),
      presentEviction,
    );
  }

  async resets(principal: Principal, projectId: string, query: PageQuery): Promise<Page<CacheReset>> {
    await this.access.project(principal, projectId);
    const list = `cache-resets ${projectId}`;
    return this.cursors.page(list, await this.rows.list(projectId, this.cursors.query(list, query)), presentReset);
  }

  /** @throws {ApiProblem} `conflict` after very many within a day */
  async reset(principal: Principal, projectId: string, asked: ResetCache, actor: Actor): Promise<CacheReset> {
    const project = await this.access.project(principal, projectId, 'cache.reset');
    const reset = found(await this.rows.reset(placeOf(project), asked, actor));
    if (typeof reset === 'string') throw new ApiProblem('conflict', { detail: reset });
    return presentReset(reset);
  }
}

export function presentEntry({ id: projectId, defaultBranch }: ProjectRecord, entry: CacheEntryRecord): CacheEntry {
  const { id, zone, ref, platform, epoch, bytes, aloneBytes, sharedBytes, lastUsed } = entry;
  const { repository, tag } = cacheReference(projectId, entry);
  return {
    ...{ id, zone, ref, platform, epoch, bytes, aloneBytes, sharedBytes, reference: `${repository}:${tag}` },
    ...{ writtenBy: entry.buildNumber, writtenAt: entry.writtenAt.toISOString() },
    lastUsed: lastUsed && { number: lastUsed.number, at: lastUsed.at.toISOString() },
    readByAll: isReadByAll(entry, defaultBranch),
  };
}

function presentEviction({ actorName: by, at, ...row }: CacheEvictionRecord): CacheEviction {
  return { ...row, by, at: at.toISOString() };
}

function presentReset(reset: CacheResetRecord): CacheReset {
  const { id, epoch, zone, ref, reason, afterNumber } = reset;
  return {
    ...{ id, epoch, zone, ref, reason, afterNumber, by: reset.actorName },
    ...{ at: reset.createdAt.toISOString(), sweptAt: reset.sweptAt?.toISOString() ?? null },
  };
}
