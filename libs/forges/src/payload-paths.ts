import type { RawHeaders } from './delivery.js';
import { Refusal } from './delivery.js';
import { fieldOf } from './json/fields.js';
import { maxWholeBytes, parseGuardedJson } from './json/guarded-json.js';
import { GuardedJsonError } from './json/guarded-json-error.js';
import { formPayload } from './request/form-payload.js';
import { bodyFormOf } from './request/media-type.js';
import { atOnce } from './slices.js';

/** From this many on, a forge may have left some out. */
const mostListed = 2048;
const counts = ['total_commits_count', 'total_commits'] as const;

/**
 * Paths that a push says it changed: those of all commits that it lists. Null where it does not list them all, is none, or has
 * a body of more than 1 MiB.
 * Never throws for anything that a stranger can send.
 */
export function payloadPaths(headers: RawHeaders, rawBody: Uint8Array): readonly string[] | null {
  if (rawBody.length > maxWholeBytes) return null;
  try {
    const json = bodyFormOf(headers) === 'form' ? atOnce(formPayload(rawBody)) : rawBody;
    return pathsOf(atOnce(parseGuardedJson(json)));
  } catch (error) {
    if (error instanceof Refusal || error instanceof GuardedJsonError) return null;
    throw error;
  }
}

function pathsOf(payload: unknown): readonly string[] | null {
  const commits = fieldOf(payload, 'commits');
  if (!Array.isArray(commits) || commits.length === 0 || commits.length >= mostListed) return null;
  if (counts.some((name) => isMoreThan(fieldOf(payload, name), commits.length))) return null;
  const paths = new Set<string>();
  for (const commit of commits)
    for (const kind of ['added', 'modified', 'removed']) {
      const list = fieldOf(commit, kind);
      if (!isTexts(list)) return null;
      for (const path of list) paths.add(path);
    }
  return [...paths];
}

function isMoreThan(count: unknown, listed: number): boolean {
  return typeof count === 'number' && count > listed;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
