import { OutboxRepository, type OutboxShare, type OutboxTopic } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { briefly } from '../shared/brief-source.js';
import { BaseWatch } from './base-watch/base-watch.js';
import { DeleteProjectService } from './delete-project/delete-project.service.js';
import { EvaluateService } from './evaluate/evaluate.service.js';
import { ExportCacheJobService } from './export-cache/export-cache-job.service.js';
import { CreateKeyService } from './keys/create-key.service.js';
import { NoteStepsService } from './note-steps/note-steps.service.js';
import { type GivenUpWork, OutboxLoop, type OutboxWork } from './outbox/outbox-loop.js';
import { PublishService } from './publish/publish.service.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { RetentionService } from './retention/retention.service.js';
import { ReverifyService } from './reverify/reverify.service.js';
import { EvictCacheService } from './sweep-cache/evict-cache.service.js';
import { SweepCacheService } from './sweep-cache/sweep-cache.service.js';
import { TrustRequestService } from './trust/trust-request.service.js';

const minute = 60_000;

/**
 * An evaluation may wait while another one of its project fetches, and fetches then itself. A fetch that its slot ends is lost, so the
 * next try would be ended too. What else it asks of the git host is kept when it is found: the next try goes on from there.
 */
const evaluateLimitMs = 2 * briefly.limits.fetchTimeoutMs + 2 * minute;

/** One organization holds two slots at most where others have work, and never all of them (R-H11). */
const shareOf = (slots: number): OutboxShare => ({
  each: slots > 4 ? 2 : 1,
  alone: slots - Math.ceil(slots / 4),
  keepsLast: true,
});

/**
 * What runs beside work that ends its process is counted once for it, and then runs one after the other (`SuspectTurn`). Work
 * that took too long is counted too. So the bound is lowest where nothing depends on the work.
 * @param mostUnfinished takings in a row that did not end: their process ended, or their slot's limit was reached
 */
function orGivenUp(mostUnfinished: number, work: Pick<GivenUpWork, 'handle' | 'giveUp'>): GivenUpWork {
  return { mostUnfinished, handle: (item, signal) => work.handle(item, signal), giveUp: (item) => work.giveUp(item) };
}

/**
 * What control takes from the outbox, and by whom it is done. What can be slow has a loop of its own: neither a git host
 * that does not answer nor the upkeep of a large project holds a publication back.
 */
export function promisedWork(
  get: <T>(part: new (...args: never[]) => T) => T,
  instanceId: () => string,
  logger: Logger,
): OutboxLoop[] {
  const [evaluate, publish, bases] = [get(EvaluateService), get(PublishService), get(BaseWatch)];
  const [createKey, exportCache, trust] = [get(CreateKeyService), get(ExportCacheJobService), get(TrustRequestService)];
  const [reverify, noteSteps, reconcile] = [get(ReverifyService), get(NoteStepsService), get(ReconcileService)];
  const retention = get(RetentionService);
  const [sweepCache, evictCache, deleteProject] = [
    get(SweepCacheService),
    get(EvictCacheService),
    get(DeleteProjectService),
  ];
  const loop = (name: string, slots: number, slotLimitMs: number, handlers: Partial<Record<OutboxTopic, OutboxWork>>) =>
    new OutboxLoop(
      get(OutboxRepository),
      handlers,
      { name, slots, slotLimitMs, instanceId, share: shareOf(slots) },
      logger,
    );
  return [
    loop('evaluate', 8, evaluateLimitMs, { evaluate: orGivenUp(5, evaluate) }),
    loop('publish', 8, 15 * minute, {
      publish: {
        ...orGivenUp(10, publish),
        handle: (item, signal) => publish.handle(item, signal).finally(() => bases.soon()),
      },
    }),
    loop('requests', 4, 15 * minute, {
      // Rows and a job only; what asks the registry as well has the loop's limit.
      'create-key': { handle: (item) => createKey.handle(item), limitMs: 2 * minute },
      'export-cache': { handle: (item, signal) => exportCache.handle(item, signal), limitMs: 2 * minute },
      trust: (item, signal) => trust.handle(item, signal),
    }),
    loop('verify images', 2, 60 * minute, { 'verify-images': (item, signal) => reverify.handle(item, signal) }),
    loop('note steps', 2, 10 * minute, { 'note-steps': orGivenUp(3, noteSteps) }),
    loop('upkeep', 4, 60 * minute, {
      reconcile: (item, signal) => reconcile.handle(item, signal),
      'sweep-cache': (item, signal) => sweepCache.handle(item, signal),
      'evict-cache': (item, signal) => evictCache.handleLimits(item, signal),
      'prune-cache': orGivenUp(5, {
        handle: (item, signal) => evictCache.handlePrune(item, signal),
        giveUp: (item) => evictCache.endPrune(item),
      }),
      'forget-ref': { handle: (item, signal) => evictCache.handleDeletedRef(item, signal), limitMs: 15 * minute },
      'delete-project': (item, signal) => deleteProject.handle(item, signal),
    }),
    loop('retention items', 2, 60 * minute, { retention: orGivenUp(5, retention) }),
  ];
}
