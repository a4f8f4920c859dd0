import path from 'node:path';
import { services } from '@cooperage/testing';
import type { Bench, Benchmark, Measured } from './benchmark.js';
import { waitForQuiet } from './measure/load.js';
import { seededRandom } from './measure/random.js';
import { fullLogLines, type Options } from './options.js';
import { describeMachine } from './report/machine.js';
import { goalsWithoutRow, makeReport, type Outcome, type Report } from './report/report.js';
import { World } from './world/world.js';

export const checkout = path.resolve(import.meta.dirname, '../../..');

/** How long the starting of services and processes may take to fade from the load average. */
const patienceMs = 180_000;

export interface Run {
  readonly name: string;
  readonly benchmarks: readonly Benchmark[];
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** The dashboard is measured too. */
  readonly pages: boolean;
}

/** Starts the product, measures, and stops it. @throws {TooBusy} @throws the signal's reason */
export async function runBenchmarks(run: Run): Promise<{ report: Report; outcomes: readonly Outcome[] }> {
  const { options, signal, say } = run;
  const machine = await describeMachine(services(), checkout);
  say('starting the product');
  const world = await World.open({ web: run.pages });
  try {
    const quiet = await waitForQuiet({ ignoreLoad: options.ignoreLoad, patienceMs, signal, say });
    const startedAt = new Date();
    const outcomes = await measureAll(run, world);
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    const circumstances = {
      ...{ bench: run.name, load: quiet.load, loadIgnored: quiet.ignored, seed: options.seed, seconds, machine },
      startedAt: startedAt.toISOString(),
    };
    const report = makeReport(circumstances, outcomes);
    for (const id of goalsWithoutRow(report, outcomes)) say(`nothing was measured for the goal ${id}`);
    return { report, outcomes };
  } finally {
    await world.close();
  }
}

async function measureAll({ benchmarks, options, signal, say }: Run, world: World): Promise<Outcome[]> {
  const chosen = benchmarks.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const outcomes: Outcome[] = [];
  for (const benchmark of chosen) {
    const { pairs, coldPairs, logLines, percent } = options;
    const amount = { pairs, coldPairs, logLines, fullLogLines, percent };
    const random = seededRandom(options.seed);
    outcomes.push(
      await outcomeOf(benchmark, { world, amount, random, signal, say: (line) => say(`${benchmark.id} ${line}`) }),
    );
  }
  return outcomes;
}

/** Goals are for the full sizes. */
function unjudged(measured: Measured, percent: number): Measured {
  return {
    ...measured,
    findings: measured.findings.map((finding) => ({ ...finding, id: `${finding.id} (${percent} %)` })),
  };
}

/** One that fails has no result; the others still have theirs. */
async function outcomeOf(benchmark: Benchmark, bench: Bench): Promise<Outcome> {
  try {
    const measured = await unlessAborted(bench.signal, benchmark.run(bench));
    return { benchmark, measured: bench.amount.percent < 100 ? unjudged(measured, bench.amount.percent) : measured };
  } catch (error) {
    bench.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    bench.say(`has no result: ${reason}`);
    return { benchmark, noResult: reason };
  }
}

/** At an interrupt nothing is waited for any more: what a measurement waits for may have been stopped already. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}
