import { collectDefaultMetrics, Registry } from 'prom-client';
import { Instruments } from './instruments.js';

const forges = ['github', 'gitlab', 'gitea', 'forgejo', 'generic', 'unknown'] as const;
const phases = ['fetch', 'build', 'push', 'inspect', 'sign', 'verify', 'publish'] as const;

/** Names of loops are ours, and few. */
const loopLabel = { atMost: 40 } as const;

const buildBuckets = [0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1_280, 3_600] as const;
const waitBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 60, 300, 1_800] as const;
const phaseBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] as const;

export interface MetricsOptions {
  readonly version: string;
  readonly commit: string;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * All metrics of the product, in base units, beside the usual `process_*` and `nodejs_*`. Labels never hold a build id, a
 * commit, a branch or any other stranger's text.
 */
export function createMetrics(options: MetricsOptions) {
  const registry = new Registry();
  const beforeScrape: (() => void | Promise<void>)[] = [];
  collectDefaultMetrics({ register: registry });
  const metrics = productMetrics(new Instruments(registry), options);
  return {
    ...metrics,
    /** Runs before each scrape: for gauges whose truth is elsewhere, in the database for example. */
    beforeScrape: (refresh: () => void | Promise<void>): void => void beforeScrape.push(refresh),
    /** The text exposition format of Prometheus 0.0.4. A refresh that fails leaves its gauges as they were. */
    expose: async (): Promise<{ contentType: string; body: string }> => {
      await Promise.allSettled(beforeScrape.map(async (refresh) => refresh()));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function productMetrics(make: Instruments, options: MetricsOptions) {
  make
    .gauge('build_info', 'Version of the process; always 1.', { version: { atMost: 1 }, commit: { atMost: 1 } })
    .set({ version: options.version, commit: options.commit }, 1);
  return {
    buildsTotal: make.counter('builds_total', 'Builds that ended.', {
      status: ['succeeded', 'failed', 'canceled', 'timed_out'],
      trigger: ['push', 'retry', 'manual', 'replay'],
    }),
    buildDurationSeconds: make.histogram(
      'build_duration_seconds',
      'From the first claim to the end of a build.',
      { status: ['succeeded', 'failed', 'canceled', 'timed_out'] },
      buildBuckets,
    ),
    buildQueueSeconds: make.histogram('build_queue_seconds', 'From queued to claimed.', {}, waitBuckets),
    phaseDurationSeconds: make.histogram(
      'phase_duration_seconds',
      'Time in one phase of an attempt.',
      { phase: phases },
      phaseBuckets,
    ),
    queueDepth: make.gauge('queue_depth', 'Builds that wait for a worker.', { pool: { atMost: 50 } }),
    workers: make.gauge('workers', 'Workers by state.', { state: ['idle', 'busy', 'lost'] }),
    cacheStepsTotal: make.counter('cache_steps_total', 'Steps of builds by cache result.', { result: ['hit', 'miss'] }),
    webhookDeliveriesTotal: make.counter('webhook_deliveries_total', 'Webhook calls by forge and outcome.', {
      forge: forges,
      outcome: ['accepted', 'duplicate', 'ignored', 'refused', 'failed'],
    }),
    loopRepairsTotal: make.counter('loop_repairs_total', 'Repairs of loops that took no work though some was due.', {
      loop: loopLabel,
    }),
    loopGivenUpTotal: make.counter('loop_given_up_total', 'Work that was given up: it held its slot for too long.', {
      loop: loopLabel,
    }),
    blockedLoopsTotal: make.counter(
      'blocked_loops_total',
      'Lives of this process that a blocked event loop has ended, since its supervisor started.',
      {},
    ),
    sweepFailuresTotal: make.counter(
      'sweep_failures_total',
      'Steps of the sweeper and of tidying that failed; the others went on.',
      {
        step: { atMost: 20 },
      },
    ),
    publicationsPromisedAgainTotal: make.counter(
      'publications_promised_again_total',
      'Builds that waited for control and were not known to it: their publication was promised again.',
      {},
    ),
    loopDue: make.gauge('loop_due', 'Work that a loop could take now.', { loop: loopLabel }),
    loopBusySlots: make.gauge('loop_busy_slots', 'Slots of a loop that are busy now.', { loop: loopLabel }),
    loopOldestDueSeconds: make.gauge(
      'loop_oldest_due_seconds',
      'How long the oldest work could have been taken that a loop has not taken.',
      { loop: loopLabel },
    ),
    logLinesTotal: make.counter('log_lines_total', 'Lines that steps printed and we stored.', {}),
    logSubscribers: make.gauge('log_subscribers', 'Viewers that follow a log now.', {}),
    signaturesTotal: make.counter('signatures_total', 'Signatures and attestations that were made.', {
      kind: ['signature', 'provenance', 'sbom'],
      outcome: ['made', 'failed'],
    }),
  };
}
