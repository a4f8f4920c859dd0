import { parseArgs } from 'node:util';
import { LauncherError } from '../output.ts';

/**
 * `strangers` runs the engine tests once more on the BuildKit that builds untrusted code. `full` is what `--full` adds:
 * Compose, load, matrices and what else takes too long for every run.
 */
export const SUITES = ['unit', 'int', 'strangers', 'e2e', 'full'] as const;
export type Suite = (typeof SUITES)[number];

export interface TestArguments {
  readonly only: Suite | undefined;
  /** Handed to vitest: parts of file names. */
  readonly filters: readonly string[];
  /** Runs what is random many times more often. */
  readonly soak: boolean;
  /** Runs the suite `full` behind the others. */
  readonly full: boolean;
  /** A missing tool fails the run. Otherwise its tests are left out, and the run says so. */
  readonly requireTools: boolean;
}

export function parseTestArguments(parameters: readonly string[]): TestArguments {
  const flag = { type: 'boolean', default: false } as const;
  const options = { only: { type: 'string' }, soak: flag, full: flag, 'require-tools': flag } as const;
  const { values, positionals } = parseArgs({ args: [...parameters], options, allowPositionals: true });
  const only = SUITES.find((suite) => suite === values.only);
  if (values.only !== undefined && !only) throw new LauncherError('--only takes unit, int, strangers, e2e or full');
  const { soak, full, 'require-tools': requireTools } = values;
  return { only, filters: positionals, soak, full, requireTools };
}
