import type { QueueView, WorkerView } from '@cooperage/contracts';
import {
  type Actor,
  DrainRepository,
  ProcessRepository,
  type QueuePosition,
  type QueueRecord,
  QueueRepository,
  RunningBuilds,
  type WorkerName,
} from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { ApiProblem, found } from '../http/problem.js';
import { diagnoseQueue, openSlots } from './diagnose-queue.js';
import { LaneForetellingService } from './lane-foretelling.service.js';
import { presentWorker } from './present-worker.js';
import { QueuePositionsService } from './queue-positions.service.js';

/** The installation's processes, and the queue as far as the caller may see it. */
@Injectable()
export class WorkersService {
  constructor(
    private readonly processes: ProcessRepository,
    private readonly drains: DrainRepository,
    private readonly running: RunningBuilds,
    private readonly queues: QueueRepository,
    private readonly access: AccessService,
    private readonly lanes: LaneForetellingService,
    private readonly positions: QueuePositionsService,
  ) {}

  async list(principal: Principal): Promise<WorkerView[]> {
    const [processes, drains] = await Promise.all([this.processes.list(), this.drains.list()]);
    const ids = processes.map(({ id }) => id);
    const organizationIds = organizationIdsOf(principal);
    const [builds, lost] = await Promise.all([
      this.running.of(ids, organizationIds),
      this.queues.lost(ids, organizationIds),
    ]);
    const now = new Date();
    return processes.map((process) => presentWorker(process, { builds, lost, drains, now }));
  }

  async queue(principal: Principal): Promise<QueueView> {
    const organizationIds = organizationIdsOf(principal);
    const [workers, rows, held, foretold, turns] = await Promise.all([
      this.list(principal),
      this.queues.list(organizationIds),
      this.queues.held(),
      this.lanes.look(),
      this.positions.read(),
    ]);
    const slots = openSlots(workers);
    const diagnosis = diagnoseQueue({
      ...{ workers, held },
      waiting: sum(rows, 'waiting'),
      paused: sum(rows, 'paused'),
      strange: sum(rows, 'strange'),
      limited: sum(rows, 'limited'),
      oldestWaitMs: Math.max(
        0,
        ...rows.map(({ oldestQueuedAt }) => (oldestQueuedAt ? Date.now() - +oldestQueuedAt : 0)),
      ),
    });
    const pools = turns.pools.map(({ lane, ...pool }) => ({ pool: lane, ...pool }));
    const waitingBuilds = await this.waiting(turns.positions, organizationIds);
    return {
      slots,
      held,
      diagnosis,
      foretold,
      pools,
      waitingBuilds,
      projects: rows.map((row) => presentRow(row, slots)),
    };
  }

  private async waiting(positions: readonly QueuePosition[], organizationIds: readonly string[]) {
    const byBuild = new Map(positions.map((each) => [each.buildId, each]));
    const ordered = positions.toSorted((a, b) => a.position - b.position).map(({ buildId }) => buildId);
    const builds = await this.queues.waiting(ordered, organizationIds);
    return builds.map(({ waitReason, queuedAt, ...build }) => {
      const { lane, position } = byBuild.get(build.id)!;
      return { ...build, pool: lane, position, reason: waitReason, queuedAt: queuedAt.toISOString() };
    });
  }

  /** @throws {ApiProblem} `forbidden`, `not_found`; `conflict` for a process that takes no builds. */
  async drain(principal: Principal, id: string, actor: Actor): Promise<WorkerView> {
    await this.drains.drain(nameOf(await this.builder(principal, id)), actor);
    return this.builder(principal, id);
  }

  /** @throws {ApiProblem} as `drain`. */
  async resume(principal: Principal, id: string, actor: Actor): Promise<WorkerView> {
    await this.drains.resume(nameOf(await this.builder(principal, id)), actor);
    return this.builder(principal, id);
  }

  private async builder(principal: Principal, id: string): Promise<WorkerView> {
    this.access.installation(principal);
    const worker = found((await this.list(principal)).find((each) => each.id === id));
    if (worker.role !== 'builder') throw new ApiProblem('conflict', { detail: 'Only a builder can drain.' });
    return worker;
  }
}

function nameOf({ name, lane }: WorkerView): WorkerName {
  return { name, pool: lane ?? 'trusted' };
}

function presentRow(
  { paused: _paused, strange: _strange, limited: _limited, oldestQueuedAt, ...row }: QueueRecord,
  slots: number,
): QueueView['projects'][number] {
  const share = slots === 0 ? 0 : Math.min(1, row.held / slots);
  return { ...row, share, oldestQueuedAt: oldestQueuedAt?.toISOString() ?? null };
}

function sum(rows: readonly QueueRecord[], field: 'waiting' | 'paused' | 'strange' | 'limited'): number {
  return rows.reduce((total, row) => total + row[field], 0);
}
