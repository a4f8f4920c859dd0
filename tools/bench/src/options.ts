import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fewestPairs } from './measure/verdict.js';

export interface Options {
  readonly json: boolean;
  readonly pairs: number;
  readonly coldPairs: number;
  /** Ids of the benchmarks to run; all of them when empty. */
  readonly only: readonly string[];
  readonly ignoreLoad: boolean;
  /** For whoever works on the benchmark itself; in no usage. */
  readonly logLines: number;
  readonly seed: number;
  /** Part of the full sizes. */
  readonly percent: number;
}

/** Lines of the long log in P7. */
export const fullLogLines = 1_000_000;

/** Something on the command line is wrong; the message is for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @param known ids that `--only` may name. @throws {UsageError} */
export function parseOptions(parameters: readonly string[], known: readonly string[]): Options {
  const values = parse(parameters);
  const pairs = count('--pairs', values.pairs, fewestPairs);
  const only = (values.only ?? '').split(',').filter(Boolean);
  const unknown = only.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new UsageError(`--only knows ${known.join(', ')}, not ${unknown}`);
  return {
    json: values.json ?? false,
    pairs,
    coldPairs: count('--cold-pairs', values['cold-pairs'], pairs, 0),
    only,
    ignoreLoad: values['ignore-load'] ?? false,
    logLines: count('--log-lines', values['log-lines'], fullLogLines, 1_000),
    percent: count('--percent', values.percent, 100, 1, 100),
    seed: count('--seed', values.seed, randomInt(1, 1_000_000)),
  };
}

function parse(parameters: readonly string[]) {
  const options = {
    json: { type: 'boolean' },
    pairs: { type: 'string' },
    'cold-pairs': { type: 'string' },
    only: { type: 'string' },
    'ignore-load': { type: 'boolean' },
    'log-lines': { type: 'string' },
    percent: { type: 'string' },
    seed: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...parameters], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(name: string, text: string | undefined, otherwise: number, least = 1, most = 1_000_000): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${name} takes a number from ${least} on`);
  return value;
}
