import { parseArgs } from 'node:util';
import { LauncherError } from '../output.ts';

/** `strangers`: what an engine has to hold, once more on the BuildKit that builds code of strangers. */
export const SUITES = ['unit', 'int', 'strangers', 'e2e'] as const;
export type Suite = (typeof SUITES)[number];

export interface TestArguments {
  readonly only: Suite | undefined;
  /** Handed to vitest: parts of file names. */
  readonly filters: readonly string[];
  /** Runs what is random many times more often. */
  readonly soak: boolean;
}

export function parseTestArguments(parameters: readonly string[]): TestArguments {
  const options = { only: { type: 'string' }, soak: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...parameters], options, allowPositionals: true });
  const only = SUITES.find((suite) => suite === values.only);
  if (values.only !== undefined && !only) throw new LauncherError('--only takes unit, int, strangers or e2e');
  return { only, filters: positionals, soak: values.soak };
}
