import type { ClaimedRepository } from '@cooperage/domain';
import { fieldOf, textOf } from '../json/fields.js';

const maxIdLength = 64;
const maxTextLength = 2_048;

/** Where a payload names its repository. */
export interface RepositoryPlace {
  /** The object that holds the fields below. */
  readonly at: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What a payload says of its repository; null where it says nothing. A plain text in its place is its name. */
export function repositoryOf(payload: unknown, { at, name, addresses }: RepositoryPlace): ClaimedRepository | null {
  const plain = bounded(textOf(payload, at));
  const claimed = {
    id: idOf(fieldOf(payload, at, 'id')),
    name: plain ?? bounded(textOf(payload, at, name)),
    // A plain text may be an address as well.
    addresses: [plain, ...addresses.map((field) => bounded(textOf(payload, at, field)))].filter(
      (text) => text !== null,
    ),
  };
  return claimed.id === null && claimed.name === null && claimed.addresses.length === 0 ? null : claimed;
}

function idOf(field: unknown): string | null {
  const text = typeof field === 'number' && Number.isSafeInteger(field) ? String(field) : field;
  return typeof text === 'string' && text.length <= maxIdLength ? bounded(text) : null;
}

/** Names are stored and shown: no control characters, and no longer than a clone address. */
function bounded(text: string | null): string | null {
  const clean = text?.replace(/\p{C}/gu, '').trim();
  return clean && clean.length <= maxTextLength ? clean : null;
}
