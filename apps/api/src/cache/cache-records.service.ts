import type { CacheRecord, CacheRecords, CacheRecordsQuery } from '@cooperage/contracts';
import {
  type CacheEntryRecord,
  CacheStepRepository,
  CacheStoreRepository,
  type KeysetPage,
  type KeysetQuery,
  type RanStep,
  toPage,
} from '@cooperage/db';
import { cacheReference } from '@cooperage/domain';
import { cacheConfigType, parseCacheConfig, parseManifestDocument } from '@cooperage/oci';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { found } from '../http/problem.js';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { presentEntry } from './cache-store.service.js';

const maxConfigBytes = 8 << 20;
/** Each may hold a config, some 60 MiB while it is parsed, and asks for the steps of up to 1,000 builds. */
const slots = { total: 4, perKey: 2, maxWaitMs: pageWaitMs, maxWaiting: 64 };
const shownSharers = 20;

/** A result is kept in the moment in which its step ends. */
const recordSlackMs = 50;

/** Reads what one cache holds from the registry, and finds the steps of the project that made it. */
@Injectable()
export class CacheRecordsService {
  private readonly slots = new SharedSlots('reads of cache records', slots);

  constructor(
    private readonly store: CacheStoreRepository,
    private readonly steps: CacheStepRepository,
    private readonly registry: RegistryReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
  ) {}

  /**
   * @throws {ApiProblem} `not_found` also where the registry has lost it; `rate_limited` while too many of the organization are read
   * @throws {RegistryError} `invalid`, or while the registry is away
   */
  async of(principal: Principal, projectId: string, id: string, query: CacheRecordsQuery): Promise<CacheRecords> {
    const project = await this.access.project(principal, projectId);
    const { entry, sharedWith } = await this.share.run(principal, async () => ({
      entry: found(await this.store.entry(projectId, id)),
      sharedWith: await this.store.sharers(projectId, id, shownSharers),
    }));
    const shown = presentEntry(project, entry);
    const items = await this.slots.during(() => this.read(projectId, entry), project.organizationId);
    if (items === null) return { entry: shown, kind: 'inside_image', items: [], next: null, sharedWith };
    const list = `cache-records ${id} ${query.sort} ${query.q}`;
    const page = pageOfRecords(items, query, this.cursors.query(list, query));
    return { entry: shown, kind: 'records', ...this.cursors.page(list, page, (item) => item), sharedWith };
  }

  /** @returns null when the cache is inside an image */
  private async read(projectId: string, entry: CacheEntryRecord): Promise<readonly CacheRecord[] | null> {
    const { repository, tag } = cacheReference(projectId, entry);
    const client = this.registry.cacheClientFor(repository);
    const stored = found(await client.manifests.find(repository, tag));
    const manifest = parseManifestDocument(stored.bytes, stored.mediaType);
    if (manifest.kind !== 'manifest' || manifest.config.mediaType !== cacheConfigType) return null;
    const config = await client.blobs.read(repository, manifest.config.digest, { maxBytes: maxConfigBytes });
    const records = parseCacheConfig(manifest, config);
    const moments = records.map(({ createdAt }) => createdAt);
    const ran = await this.steps.endedAt(projectId, entry.platform, moments, recordSlackMs);
    return records.map(({ key, createdAt, layer }) => ({
      ...{ key, bytes: layer.size, createdAt: createdAt.toISOString() },
      step: presentStep(ran.get(createdAt.getTime())),
    }));
  }
}

function presentStep(step: RanStep | undefined): CacheRecord['step'] {
  if (!step) return null;
  const { name, stage, startLine: line, buildNumber: build, foundBy, foundAt } = step;
  const wasFound = foundBy !== null && foundAt !== null;
  return { name, stage, line, build, found: wasFound ? { number: foundBy, at: foundAt.toISOString() } : null };
}

/** What a record is sorted by: when it was found last where that is asked for, its size, and its key. */
type Rank = readonly [found: number, bytes: number, key: string];

/** In an order that leaves none equal, so a page goes on after the last one's end whatever was written meanwhile. */
function pageOfRecords(
  records: readonly CacheRecord[],
  { q, sort }: Pick<CacheRecordsQuery, 'q' | 'sort'>,
  { after, limit }: KeysetQuery,
): KeysetPage<CacheRecord> {
  const rankOf = ({ step, bytes, key }: CacheRecord): Rank => [
    sort === 'used' ? (step?.found?.number ?? 0) : 0,
    bytes,
    key,
  ];
  const begin = after === null ? null : (JSON.parse(after) as Rank);
  const wanted = records.filter(({ step }) => q === '' || step?.name.toLowerCase().includes(q.toLowerCase()));
  const rest = wanted
    .toSorted((a, b) => order(rankOf(a), rankOf(b)))
    .filter((each) => begin === null || order(begin, rankOf(each)) < 0);
  return toPage(
    rest.slice(0, limit + 1),
    limit,
    (last) => JSON.stringify(rankOf(last)),
    (each) => each,
  );
}

function order([foundA, bytesA, keyA]: Rank, [foundB, bytesB, keyB]: Rank): number {
  return foundB - foundA || bytesB - bytesA || (keyA < keyB ? -1 : Number(keyA > keyB));
}
