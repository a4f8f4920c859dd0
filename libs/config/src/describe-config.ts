import type { Problem } from './config-error.js';
import type { Env } from './environment.js';
import { problemsOf } from './load-config.js';
import { type ProcessRole, shapes } from './process-roles.js';
import { Reader, type Reading } from './reader.js';

export interface DescribedSetting {
  readonly name: string;
  /** What it means, in a sentence. */
  readonly summary: string;
  /** Never shown. */
  readonly secret: boolean;
  /** The text in effect; `[secret]` for a secret that is set, null for what is not set. */
  readonly value: string | null;
  readonly origin: 'environment' | 'file' | 'default' | 'not set';
  /** The file, where the value came from one. */
  readonly file: string | null;
}

/** What a process would run with and where each value came from, for people. Shows no secret and never throws. */
export function describeConfig(
  role: ProcessRole,
  env: Env = process.env,
): { readonly settings: readonly DescribedSetting[]; readonly problems: readonly Problem[] } {
  const reader = new Reader(env);
  reader.read(shapes[role]);
  return { settings: reader.readings.map(describe), problems: problemsOf(role, reader, env) };
}

function describe({ setting, raw }: Reading): DescribedSetting {
  const { secret, name, summary } = setting.variable;
  const about = { name, summary, secret };
  switch (raw.from) {
    case 'environment':
      return { ...about, value: secret ? '[secret]' : raw.text, origin: 'environment', file: null };
    case 'file':
      return { ...about, value: secret ? '[secret]' : raw.text, origin: 'file', file: raw.file };
    case 'broken':
      return { ...about, value: null, origin: 'not set', file: null };
    default:
      return {
        ...about,
        value: setting.fallback,
        origin: setting.fallback === null ? 'not set' : 'default',
        file: null,
      };
  }
}
