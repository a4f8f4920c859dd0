import type { ProjectCache } from '@cooperage/contracts';
import {
  type CacheDay,
  CacheLedgerRepository,
  CacheModeRepository,
  CacheStoreRepository,
  MainCacheRepository,
  StepVerdictRepository,
  type ZoneNumbers,
} from '@cooperage/db';
import {
  cacheAdvice,
  cacheShift,
  cacheTrend,
  coldCache,
  emptyLedger,
  mainCulprit,
  netMs,
  savedShare,
  sumLedgers,
} from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { everyDay } from '../overview/days.js';

/** What the cache of a project was worth, told from what its builds wrote down. */
@Injectable()
export class ProjectCacheService {
  constructor(
    private readonly ledgers: CacheLedgerRepository,
    private readonly modes: CacheModeRepository,
    private readonly store: CacheStoreRepository,
    private readonly mains: MainCacheRepository,
    private readonly verdicts: StepVerdictRepository,
    private readonly access: AccessService,
    private readonly share: StatisticsShare,
  ) {}

  async get(principal: Principal, projectId: string, count: number): Promise<ProjectCache> {
    const { cacheMode, cacheBackend } = await this.access.project(principal, projectId);
    // These walk over builds, or weigh all blobs of the project.
    const read = async () => ({
      known: await this.ledgers.days(projectId, 2 * count),
      zones: await this.ledgers.zones(projectId, count),
      store: await this.store.weight(projectId),
      modes: await this.modes.outlook(projectId),
      backends: await this.ledgers.backends(projectId, count),
    });
    const [{ known, zones, store, modes, backends }, main] = await Promise.all([
      this.share.run(principal, read),
      this.mains.find(projectId),
    ]);
    const all = everyDay(known, 2 * count, Date.now(), (day) => ({ day, ...emptyLedger }));
    const days = all.slice(count);
    const total = sumLedgers(days);
    return {
      ...{ days, total: { ...total, share: savedShare(total), netMs: netMs(total) } },
      trend: { ...cacheTrend(all), shift: await this.shift(principal, projectId, all) },
      zones: zones.map(presentZone),
      modes: { setting: cacheMode, ...modes },
      ...{ backends, store },
      cold: main && coldCache(main, { backend: cacheBackend, mode: modes.next.mode }),
      advice: cacheAdvice({ setting: cacheMode, backend: cacheBackend, modes: modes.numbers, backends }),
    };
  }

  /** What made it worse is looked for only where it became worse. */
  private async shift(
    principal: Principal,
    projectId: string,
    days: readonly CacheDay[],
  ): Promise<ProjectCache['trend']['shift']> {
    const shift = cacheShift(days);
    if (!shift || shift.now > shift.before) return shift && { ...shift, step: null };
    const from = new Date(`${shift.day}T00:00:00Z`);
    const { steps } = await this.share.run(principal, () => this.verdicts.missed(projectId, from));
    return { ...shift, step: mainCulprit(steps) };
  }
}

function presentZone({ newestAt, ...zone }: ZoneNumbers): ProjectCache['zones'][number] {
  return { ...zone, share: savedShare(zone), netMs: netMs(zone), newestAt: newestAt?.toISOString() ?? null };
}
