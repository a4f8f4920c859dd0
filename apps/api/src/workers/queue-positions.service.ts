import { type PoolState, ProcessRepository, type QueuePosition, QueuePositions } from '@cooperage/db';
import { Injectable } from '@nestjs/common';

/** When waiting builds have their turn. What the operator says of organizations, control has written down. */
@Injectable()
export class QueuePositionsService {
  constructor(
    private readonly positions: QueuePositions,
    private readonly processes: ProcessRepository,
  ) {}

  async read(): Promise<{ readonly pools: readonly PoolState[]; readonly positions: readonly QueuePosition[] }> {
    const control = (await this.processes.list()).find(({ role, endedAt }) => role === 'control' && endedAt === null);
    return this.positions.read(control?.info.organizationsTrustEachOther ?? false);
  }

  /** Null position where it is not among those that could begin. */
  async of(buildId: string): Promise<{ readonly position: number | null; readonly freeWithinMs: number | null }> {
    const { pools, positions } = await this.read();
    const found = positions.find((each) => each.buildId === buildId);
    const pool = pools.find(({ lane }) => lane === found?.lane);
    return { position: found?.position ?? null, freeWithinMs: pool?.freeWithinMs ?? null };
  }
}
