import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { say } from '../output.ts';
import { attempt } from '../processes/command.ts';
import type { Outcome } from './outcome.ts';

const BIN = path.join(CHECKOUT, 'node_modules/.bin');

export interface Check {
  readonly name: string;
  /** A program of node_modules and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}

/** Without Prisma's client nothing compiles, without the build no end-to-end test starts. */
export const GENERATE: Check = {
  name: 'generate',
  command: ['prisma', 'generate'],
  // The real engine would be downloaded, and generating does not use it.
  env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
};
export const BUILD: Check = { name: 'build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] };

/** What takes longest comes first. */
export const STATIC_CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the web app', command: ['tsc', '--noEmit', '-p', 'apps/web'] },
  {
    name: 'imports',
    command: [
      'depcruise',
      'apps',
      'libs',
      'tools',
      'e2e',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
    ],
  },
  { name: 'dead code', command: ['knip'] },
  { name: 'lint', command: ['biome', 'check', '.'] },
];

/** The environment of everything that a test run starts. */
export function testEnvironment(): NodeJS.ProcessEnv {
  const searchPath = [path.dirname(process.execPath), BIN, process.env.PATH].join(path.delimiter);
  return {
    ...process.env,
    PATH: searchPath,
    CI: 'true',
    NO_COLOR: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
}

/** Runs a check; what it prints is shown only when it fails. */
export async function runCheck(check: Check, signal: AbortSignal): Promise<Outcome> {
  const started = performance.now();
  const [program, ...parameters] = check.command;
  const env = { ...testEnvironment(), ...check.env };
  const result = await attempt(path.join(BIN, program), parameters, { cwd: CHECKOUT, env, signal });
  return judge(check.name, result.code === 0 ? undefined : `${result.stdout}${result.stderr}`, started);
}

/** One line of the summary for something without tests of its own; `problem` is what a person has to read. */
export function judge(name: string, problem: string | undefined, started: number): Outcome {
  const failed = problem === undefined ? 0 : 1;
  say(`${failed ? '✗' : '✓'} ${name}`);
  if (problem) say(problem.trimEnd());
  return { name, passed: 1 - failed, failed, skipped: 0, durationMs: performance.now() - started };
}
