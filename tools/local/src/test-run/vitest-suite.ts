import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { readJson } from '../files/atomic-file.ts';
import { say } from '../output.ts';
import { testEnvironment } from './checks.ts';
import type { Outcome } from './outcome.ts';
import type { Suite, TestArguments } from './test-arguments.ts';
import { countTests, type VitestReport } from './vitest-report.ts';

/** Runs one vitest project; its progress goes to standard error, its numbers come from the JSON report. */
export async function runSuite(
  suite: Suite,
  { only, filters }: TestArguments,
  folder: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  say(`· ${suite} tests`);
  const started = performance.now();
  const reportFile = path.join(folder, `${suite}.json`);
  rmSync(reportFile, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const parameters = ['run', '--project', suite, '--passWithNoTests', ...reporters, ...filters];
  const exitCode = await vitest(parameters, env, signal);
  const mayBeEmpty = filters.length > 0 && only === undefined;
  const counts = countTests(readJson<VitestReport>(reportFile), exitCode, mayBeEmpty);
  return { name: `${suite} tests`, ...counts, durationMs: performance.now() - started };
}

async function vitest(parameters: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const program = path.join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: CHECKOUT,
    env: { ...testEnvironment(), ...env },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  signal.addEventListener('abort', () => child.kill(), { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? -1;
}
