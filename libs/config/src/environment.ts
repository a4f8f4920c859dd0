import { readFileSync } from 'node:fs';
import type { Variable } from './setting.js';

export type Env = Readonly<Record<string, string | undefined>>;

export type RawValue =
  | { readonly from: 'environment'; readonly text: string }
  | { readonly from: 'file'; readonly text: string; readonly file: string }
  | { readonly from: 'nowhere' }
  | { readonly from: 'broken'; readonly name: string; readonly says: string };

/** A variable's text and where it came from. An empty variable counts as not set: compose files pass such. */
export function rawValue(variable: Variable<unknown>, env: Env): RawValue {
  const text = env[variable.name] || undefined;
  const fileName = `${variable.name}_FILE`;
  const file = variable.fromFile ? env[fileName] || undefined : undefined;
  if (text !== undefined && file !== undefined)
    return { from: 'broken', name: variable.name, says: `is set twice: remove it or ${fileName}` };
  if (text !== undefined) return { from: 'environment', text };
  return file === undefined ? { from: 'nowhere' } : readValueFile(fileName, file);
}

/** Files of secrets usually end in a line break that is no part of the secret. */
function readValueFile(name: string, file: string): RawValue {
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { from: 'broken', name, says: `names an empty file: ${file}` } : { from: 'file', text, file };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { from: 'broken', name, says: `names a file that cannot be read (${code}): ${file}` };
  }
}

/** The names under which a variable may be set. */
export function namesOf(variable: Variable<unknown>): string[] {
  return variable.fromFile ? [variable.name, `${variable.name}_FILE`] : [variable.name];
}

export function isSet(variable: Variable<unknown>, env: Env): boolean {
  return namesOf(variable).some((name) => Boolean(env[name]));
}
