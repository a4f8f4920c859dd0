import path from 'node:path';
import type { Benchmark } from './benchmark.js';
import { cacheBenchmarks } from './cache/cache.js';
import { crowdBenchmarks } from './crowd/crowd.js';
import { fanoutBenchmarks } from './fanout/fanout.js';
import { historyBenchmarks } from './history/history.js';
import { intakeBenchmarks } from './intake/intake.js';
import { logBenchmarks } from './log/log.js';
import { TooBusy } from './measure/load.js';
import { neighbourBenchmarks } from './neighbour/neighbour.js';
import { parseOptions, UsageError } from './options.js';
import { storeReport } from './report/store.js';
import { renderReport } from './report/table.js';
import { roadBenchmarks } from './road/road.js';
import { checkout, runBenchmarks } from './run.js';
import { webBenchmarks } from './web/web.js';

const usage = `usage: ./cooperage bench road|web|cache|neighbour|crowd|intake|history|fanout|log [--json] [--pairs N] [--cold-pairs N] [--only P1,P2,…] [--ignore-load] [--percent N] [--seed N]
  --pairs N        pairs of each comparison; fewer than 15 decide nothing
  --cold-pairs N   pairs with empty caches, which take long; as many as the others when not given
  --only P1,…      these benchmarks alone
  --percent N      of the full sizes of intake, history, fanout and log; less than 100 decides nothing
  --ignore-load    measure on a busy machine, for a first impression
  --json           one line of JSON: met, rows and the circumstances`;

const exitCodes = { noResult: 1, usage: 2, tooBusy: 3, interrupted: 130 } as const;

const suites: Readonly<Record<string, readonly Benchmark[]>> = {
  road: roadBenchmarks,
  web: webBenchmarks,
  cache: cacheBenchmarks,
  neighbour: neighbourBenchmarks,
  crowd: crowdBenchmarks,
  intake: intakeBenchmarks,
  log: logBenchmarks,
  fanout: fanoutBenchmarks,
  history: historyBenchmarks,
};

async function main([name = '', ...parameters]: readonly string[], signal: AbortSignal): Promise<number> {
  const benchmarks = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (!benchmarks) throw new UsageError(name ? `there is no benchmark "${name}"` : 'which benchmark?');
  const options = parseOptions(
    parameters,
    benchmarks.map(({ id }) => id),
  );
  const { report, outcomes } = await runBenchmarks({ name, benchmarks, options, signal, say, pages: name === 'web' });
  const file = await storeReport(path.join(checkout, '.cooperage/bench'), report, outcomes);
  const { json } = options;
  process.stdout.write(`${json ? JSON.stringify(report) : renderReport(report, outcomes)}\n`);
  say(`kept in ${path.relative(process.cwd(), file)}`);
  return report.noResults.length > 0 ? exitCodes.noResult : 0;
}

function say(line: string): void {
  process.stderr.write(`· ${line}\n`);
}

function failed(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return exitCodes.interrupted;
  if (error instanceof UsageError) say(`${error.message}\n${usage}`);
  else if (error instanceof TooBusy) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof TooBusy ? exitCodes.tooBusy : exitCodes.noResult;
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt.abort());
// Whoever reads may be gone before the end; to say so to nobody would be the next such error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => interrupt.abort());
// Even then the product that was started has to be stopped, so the run unwinds as at an interrupt.
process.on('uncaughtException', (error) => {
  say(error.stack ?? error.message);
  interrupt.abort(error);
});
try {
  process.exitCode = await main(process.argv.slice(2), interrupt.signal);
} catch (error) {
  process.exitCode = failed(error, interrupt.signal);
}
