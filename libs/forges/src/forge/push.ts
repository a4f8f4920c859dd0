import { type ForgeEvent, isFullRef } from '@cooperage/domain';
import { Refusal } from '../delivery.js';
import { fieldOf, textOf } from '../json/fields.js';
import { type RepositoryPlace, repositoryOf } from './repository.js';

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const zeros = /^0+$/;
const maxSenderLength = 255;

export interface PushFields {
  /** Where the payload names the sender, best first. */
  readonly senderPaths: readonly (readonly string[])[];
  readonly repository: RepositoryPlace;
}

/**
 * A push as all forges tell it: `ref`, `before`, `after`. Zeros stand for "did not exist" (before) and "was deleted"
 * (after); an id has 40 hex digits, or 64 in a SHA-256 repository.
 * @throws {Refusal} `malformed`, `ref_invalid`
 */
export function pushOf(payload: unknown, fields: PushFields): ForgeEvent {
  const ref = textOf(payload, 'ref');
  if (ref === null) throw new Refusal('malformed', 'The push names no ref.');
  const before = commitOf(payload, 'before');
  const after = commitOf(payload, 'after');
  if (fieldOf(payload, 'deleted') === true || isZeros(payload, 'after')) return ignored('The ref was deleted.');
  if (/^refs\/(?!heads\/|tags\/)/.test(ref)) return ignored('The ref is neither a branch nor a tag.');
  if (!isFullRef(ref)) throw new Refusal('ref_invalid', 'The ref is not a full branch or tag name that git allows.');
  return {
    ...{ type: 'push', ref, before, after },
    sender: senderOf(payload, fields),
    repository: repositoryOf(payload, fields.repository),
  };
}

export function ignored(reason: string): ForgeEvent {
  return { type: 'ignored', reason };
}

function commitOf(payload: unknown, name: 'before' | 'after'): string | null {
  const field = fieldOf(payload, name);
  if (field === undefined || field === null || field === '' || isZeros(payload, name)) return null;
  if (typeof field !== 'string' || !commitPattern.test(field))
    throw new Refusal('malformed', `The push's "${name}" is not a commit id.`);
  return field;
}

function isZeros(payload: unknown, name: string): boolean {
  const text = textOf(payload, name);
  return text !== null && commitPattern.test(text) && zeros.test(text);
}

/** A name is shown to people, so it is cut and keeps no control characters. */
function senderOf(payload: unknown, fields: PushFields): string | null {
  for (const path of fields.senderPaths) {
    const text = textOf(payload, ...path)
      ?.replace(/\p{Cc}/gu, '')
      .trim();
    if (text) return [...text].slice(0, maxSenderLength).join('');
  }
  return null;
}
