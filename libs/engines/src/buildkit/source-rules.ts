import type { SourceRule } from '@cooperage/buildkit';

/**
 * What ADD may not fetch. The engine fetches by itself, outside of the network that steps have: without these rules
 * `ADD http://127.0.0.1:…` reads the services beside it (S-038). Addresses in numbers are refused in every notation,
 * names without a dot and the names of private networks too, and a git subfolder that climbs out.
 *
 * A public name that leads to a private address, and a redirect to one, are not seen here: a filter of the engine's own
 * connections refuses them, see ADR 36.
 */
export function sourceRules(allowedHosts: readonly string[]): SourceRule[] {
  const to = (host: string) => `^(?:https?|git|ssh)://(?:[^/?#]*@)?(?:${host})(?::[0-9]*)?(?:[/?#]|$)`;
  const number = '(?:0[xX][0-9a-fA-F]*|[0-9]+)';
  return [
    { action: 'deny', expression: to(`\\[[^\\]]*\\]|${number}(?:\\.${number}){0,3}\\.?`) },
    { action: 'deny', expression: to('[^./?#:@\\[\\]]+\\.?') },
    { action: 'deny', expression: to(`[^/?#:@]*\\.(?:${privateSuffixes.map(inAnyCase).join('|')})\\.?`) },
    ...allowedHosts.map(
      (host): SourceRule => ({ action: 'allow', expression: `^https?://${escapeExpression(host)}(?:[/?#]|$)` }),
    ),
    { action: 'deny', expression: '^(?:git|ssh|https?)://[^#]*#[^:]*:(?:.*/)?\\.\\.(?:/|$)' },
  ];
}

/** Names of private networks, as parts of an expression. */
const privateSuffixes = ['localhost', 'local', 'localdomain', 'internal', 'intranet', 'lan', 'home\\.arpa'];

/** Spelled out: not every engine of regular expressions has a modifier for a part of one. */
function inAnyCase(name: string): string {
  return name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** Where of the world only images are fetched. The last rule that fits counts: it stands behind all others. */
export const nothingByAddress: SourceRule = { action: 'deny', expression: '^(?:git|ssh|https?)://' };

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
