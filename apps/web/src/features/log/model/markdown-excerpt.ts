export interface Excerpt {
  /** What the lines are of, for example the name of a step. */
  readonly title: string;
  /** Address of the page with the lines marked. */
  readonly href: string;
  readonly lines: readonly string[];
}

/** A block for an issue or a chat: what it is, a link to it, and the lines as they are, whatever they hold. */
export function markdownExcerpt({ title, href, lines }: Excerpt): string {
  const fence = '`'.repeat(Math.max(3, ...lines.map(longestTicks).map((length) => length + 1)));
  return `[${escaped(title)}](${encodeURI(decoded(href))})\n\n${fence}text\n${lines.join('\n')}\n${fence}\n`;
}

/** `lines 40 to 52 of npm ci` */
export function excerptTitle(step: string, from: number, to: number): string {
  return from === to ? `Line ${from} of ${step}` : `Lines ${from} to ${to} of ${step}`;
}

function longestTicks(line: string): number {
  return Math.max(0, ...(line.match(/`+/g) ?? []).map((ticks) => ticks.length));
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#!|]/g, '\\$&').replaceAll(/\s+/g, ' ');
}

/** An address is encoded once, whether it came encoded or not. */
function decoded(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}
