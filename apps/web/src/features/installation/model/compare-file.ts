import type { SettingView } from '@cooperage/contracts';

/** A line of an environment file against what is in effect. */
export interface SettingDifference {
  readonly name: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'secret' | 'unknown';
  /** In effect now; null where nothing is set, or it is a secret. */
  readonly now: string | null;
  /** By the file; null where it does not say, or it is a secret. */
  readonly byFile: string | null;
}

export interface ReadFile {
  readonly values: ReadonlyMap<string, string>;
  /** Numbers of lines that are no assignment, from 1. */
  readonly unreadable: readonly number[];
}

/** Reads an environment file as `Export as a file` writes it: assignments, comments, values in double quotes as JSON. */
export function readEnvironmentFile(text: string): ReadFile {
  const values = new Map<string, string>();
  const unreadable: number[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    const read = value === undefined ? null : unquoted(value);
    if (name === undefined || read === null) unreadable.push(index + 1);
    else values.set(name, read);
  }
  return { values, unreadable };
}

function unquoted(value: string): string | null {
  if (value.startsWith("'")) return /^'([^']*)'$/.exec(value)?.[1] ?? null;
  if (!value.startsWith('"')) return value.replace(/\s+#.*$/, '');
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === 'string' ? read : null;
  } catch {
    return null;
  }
}

/**
 * What would be otherwise with this file as the environment. Values of secrets are never compared. What the service reads
 * from a file of its own is compared by the name of that file.
 */
export function compareSettings(
  settings: readonly SettingView[],
  file: ReadonlyMap<string, string>,
): readonly SettingDifference[] {
  const known = new Set(settings.flatMap(({ name }) => [name, `${name}_FILE`]));
  const unknown = [...file].filter(([name]) => !known.has(name));
  return [
    ...settings.flatMap((setting) => differenceOf(setting, file) ?? []),
    ...unknown.map(([name, byFile]) => ({ name, kind: 'unknown', now: null, byFile }) as const),
  ];
}

function differenceOf(setting: SettingView, file: ReadonlyMap<string, string>): SettingDifference | null {
  const { name, value, origin, secret } = setting;
  const isSet = origin === 'environment' || origin === 'file';
  const now = origin === 'file' ? setting.file : value;
  const path = file.get(`${name}_FILE`);
  if (path !== undefined) {
    if (origin === 'file' && path === now) return null;
    return {
      name: `${name}_FILE`,
      kind: isSet ? 'changed' : 'added',
      now: secret && origin !== 'file' ? null : now,
      byFile: path,
    };
  }
  const byFile = file.get(name);
  // An exported file leaves the values of secrets out: that is no wish to remove them.
  if (byFile === undefined) return isSet && !secret ? { name, kind: 'removed', now, byFile: null } : null;
  if (secret) return { name, kind: 'secret', now: null, byFile: null };
  if (origin !== 'file' && byFile === value) return null;
  return { name, kind: origin === 'not set' ? 'added' : 'changed', now, byFile };
}
