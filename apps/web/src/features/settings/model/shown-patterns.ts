import { visibleText } from '../../../lib/format/names';

const mostPatterns = 20;
/** Characters of all patterns of one list, as they are written on the page. */
const mostCharacters = 2_000;

/** The beginning of a list of patterns or tags, and how many are not in it. A pattern of hidden characters is long when written. */
export function shownPatterns(patterns: readonly string[]): { readonly text: string; readonly left: number } {
  const shown: string[] = [];
  let room = mostCharacters;
  for (const pattern of patterns.slice(0, mostPatterns)) {
    const text = visibleText(pattern);
    if (shown.length > 0 && text.length > room) break;
    shown.push(text.length > room ? `${text.slice(0, room)}…` : text);
    room -= text.length;
  }
  return { text: shown.join(', '), left: patterns.length - shown.length };
}
