/** Characters of a line of a file that are shown. */
const mostCharacters = 2_000;

/** The beginning of a long line, and how many characters there are more; a line that is not long is whole. */
export function shortened(line: string): { readonly text: string; readonly more: number } {
  const more = Math.max(0, line.length - mostCharacters);
  return { text: more === 0 ? line : line.slice(0, mostCharacters), more };
}

/** After the beginning of a line. */
export function moreWords(more: number): string | null {
  if (more === 0) return null;
  return ` … and ${more.toLocaleString('en')} ${more === 1 ? 'character' : 'characters'} more`;
}

export function linesWords(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
}
