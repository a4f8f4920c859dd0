import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { readJson } from '../files/atomic-file.ts';
import { say } from '../output.ts';
import { endNoted } from '../processes/daemon.ts';
import { identify, writePidFile } from '../processes/process-identity.ts';
import { testEnvironment } from './checks.ts';
import type { Outcome } from './outcome.ts';
import type { Suite, TestArguments } from './test-arguments.ts';
import { countTests, failuresOf, type VitestReport } from './vitest-report.ts';

const ENDS_WITHIN_MS = 10_000;

/** On two quiet cores, in seconds. All but `full` add up to the 25 minutes of the default run, checks included. */
const BUDGET_SECONDS: Record<Suite, number> = { unit: 60, int: 420, strangers: 120, e2e: 780, full: 1800 };

export function suitePidFile(folder: string): string {
  return path.join(folder, 'suite.pid.json');
}

/** What vitest says of each test of a suite. */
export function reportFile(folder: string, suite: Suite): string {
  return path.join(folder, `${suite}.json`);
}

/** Runs one vitest project; its progress goes to standard error, its numbers come from the JSON report. */
export async function runSuite(
  suite: Suite,
  { only, filters, soak }: TestArguments,
  folder: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  say(`· ${suite} tests`);
  const started = performance.now();
  const file = reportFile(folder, suite);
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const parameters = ['run', ...selection(suite, filters), '--passWithNoTests', ...reporters];
  const exitCode = await vitest(
    parameters,
    soak ? { ...env, COOPERAGE_TEST_SOAK: '1' } : env,
    suitePidFile(folder),
    signal,
  );
  const mayBeEmpty = filters.length > 0 && only === undefined;
  const report = readJson<VitestReport>(file);
  const counts = countTests(report, exitCode, mayBeEmpty);
  const failures = failuresOf(report, CHECKOUT);
  const durationMs = performance.now() - started;
  return { name: `${suite} tests`, ...counts, durationMs, budgetMs: BUDGET_SECONDS[suite] * 1000, failures };
}

/** Both engines are the same program. What is around it, groups and rules, is tried on both; the rest is about two of them. */
const STRANGERS_SPECS = [
  ...['hostile', 'limits'].map((name) => `libs/engines/src/buildkit/${name}.int.spec.ts`),
  '.strangers.spec.ts',
];

function selection(suite: Suite, filters: readonly string[]): string[] {
  if (suite === 'e2e') return ['--project', 'e2e', '--project', 'e2e-alone', ...filters];
  if (suite === 'full') return ['--project', 'full', '--project', 'e2e-full', ...filters];
  if (suite !== 'strangers') return ['--project', suite, ...filters];
  return ['--project', 'int', '--project', 'strangers', ...(filters.length > 0 ? filters : STRANGERS_SPECS)];
}

/** In a session of its own, so that what tests leave running can be found and ended, however the run ends. */
async function vitest(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
  pidFile: string,
  signal: AbortSignal,
): Promise<number> {
  const program = path.join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: CHECKOUT,
    env: { ...testEnvironment(), ...env },
    stdio: ['ignore', process.stderr, process.stderr],
    detached: true,
  });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity) writePidFile(pidFile, identity);
  signal.addEventListener('abort', () => child.kill(), { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  await endNoted(pidFile, 'SIGTERM', ENDS_WITHIN_MS);
  return code ?? -1;
}
