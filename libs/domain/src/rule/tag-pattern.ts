import { sanitizeTag } from '../image/tag.js';
import { someCommit } from './commit-tags.js';

/** `someCommit` where it cannot be mistaken: no pattern holds it. */
export const commitMark = '\x7f';

const longestTag = 128;

/**
 * A pattern of branches or git tags as patterns of the tags that `sanitizeTag` makes of their names. Between two slashes, and at the
 * beginning, `**` may stand for nothing.
 */
export function tagPatterns(text: string): ReadonlySet<string> {
  return new Set([tagPattern(text), tagPattern(text.replaceAll('**/', ''))]);
}

export function tagPattern(text: string): string {
  const cut = text
    .replace(/[^\x7fA-Za-z0-9._*?-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, longestTag);
  // Put together anew: what `slice` gives keeps the whole text in memory, which may be 50 times as long.
  return cut.split('').join('').replaceAll(commitMark, someCommit);
}

/** The fixed text of a template, as it stands inside of a tag. */
export function sanitizeInside(text: string): string {
  return sanitizeTag(`x${text}`).slice(1);
}

export function isOpen(pattern: string): boolean {
  return /[*?]/.test(pattern);
}
