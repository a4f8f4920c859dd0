import { type ProcessRecord, ProcessRepository, QueueRepository } from '@cooperage/db';
import { foretellLane, type LaneForetelling } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { presentWorker } from './present-worker.js';

/** Says before a second organization builds here that its builds would wait for a builder for untrusted code. */
@Injectable()
export class LaneForetellingService {
  constructor(
    private readonly processes: ProcessRepository,
    private readonly queues: QueueRepository,
  ) {}

  async look(): Promise<LaneForetelling | null> {
    const [processes, tenants] = await Promise.all([this.processes.list(), this.queues.poolTenants()]);
    const alive = processes.filter(isAlive);
    const control = alive.find(({ role }) => role === 'control');
    return foretellLane({
      ...tenants,
      organizationsTrustEachOther: control?.info.organizationsTrustEachOther ?? null,
      hasBuilderForStrangers: alive.some(
        ({ role, pool, info }) => role === 'builder' && pool === 'strangers' && !info.note,
      ),
    });
  }
}

function isAlive(process: ProcessRecord): boolean {
  const { state } = presentWorker(process, { builds: [], lost: [], drains: [], now: new Date() });
  return state !== 'lost' && state !== 'ended';
}
