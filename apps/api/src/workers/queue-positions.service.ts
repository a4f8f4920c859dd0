import { type PoolState, ProcessRepository, type QueuePosition, QueuePositions } from '@cooperage/db';
import { KeptAnswer } from '@cooperage/telemetry';
import { Injectable } from '@nestjs/common';
import { inShareOf } from '../http/caller.js';

interface Turns {
  readonly pools: readonly PoolState[];
  readonly positions: readonly QueuePosition[];
}

/** It reads all that waits, and is the same for everybody. */
const keptMs = 500;

/** When waiting builds have their turn. What the operator says of organizations, control has written down. */
@Injectable()
export class QueuePositionsService {
  // What all are answered does not wait behind the statements of the one who asked first.
  private readonly turns = new KeptAnswer(keptMs, () => inShareOf('queue', () => this.look()));

  constructor(
    private readonly positions: QueuePositions,
    private readonly processes: ProcessRepository,
  ) {}

  /** As it is now or will be in half a second, and not as it was before. A page that was told of a change asks once. */
  read(): Promise<Turns> {
    return this.turns.next();
  }

  /** Null position where it is not among those that could begin. */
  async of(buildId: string): Promise<{ readonly position: number | null; readonly freeWithinMs: number | null }> {
    const { pools, positions } = await this.read();
    const found = positions.find((each) => each.buildId === buildId);
    const pool = pools.find(({ lane }) => lane === found?.lane);
    return { position: found?.position ?? null, freeWithinMs: pool?.freeWithinMs ?? null };
  }

  private async look(): Promise<Turns> {
    const control = (await this.processes.list()).find(({ role, endedAt }) => role === 'control' && endedAt === null);
    return this.positions.read(control?.info.organizationsTrustEachOther ?? false);
  }
}
