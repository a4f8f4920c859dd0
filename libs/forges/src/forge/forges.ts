import type { ForgeKind } from '@cooperage/domain';
import type { RawHeaders } from '../delivery.js';
import type { Forge } from './forge.js';
import { generic } from './generic.js';
import { forgejo, gitea } from './gitea.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';

/** In the order of recognition: Forgejo also sends Gitea's headers, and both send GitHub's. */
const forges: readonly Forge[] = [forgejo, gitea, gitlab, github, generic];

export function forgeOf(headers: RawHeaders): Forge | null {
  return forges.find((forge) => forge.recognizes(headers)) ?? null;
}

/** Who a call claims to come from, by its headers alone. Proves nothing. */
export function recognize(headers: RawHeaders): ForgeKind | null {
  return forgeOf(headers)?.kind ?? null;
}
