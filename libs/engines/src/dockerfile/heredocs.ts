/** The end of a here-document, as its instruction announces it. */
export interface Heredoc {
  readonly terminator: string;
  /** `<<-`: tabs before the terminator are taken off. */
  readonly stripTabs: boolean;
}

/** Here-documents that a RUN, COPY or ADD line opens, in order; none in the JSON form. */
export function heredocsOf(args: string): Heredoc[] {
  if (!args.includes('<<') || isJsonList(args)) return [];
  return words(args).flatMap((word) => {
    const match = /^\d*<<(-?)[\t\n\v\f\r ]*([^<]*)$/.exec(word);
    const name = match?.[2] ? unquote(match[2]) : '';
    return name === '' ? [] : [{ terminator: name, stripTabs: match?.[1] === '-' }];
  });
}

function isJsonList(args: string): boolean {
  if (!args.startsWith('[')) return false;
  try {
    const list: unknown = JSON.parse(args);
    return Array.isArray(list) && list.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

/** Words of a shell line with their quotes and escapes left in place. */
function words(line: string): string[] {
  const found: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (quote === '' && /[\t\n\v\f\r ]/.test(char)) {
      if (word !== '') found.push(word);
      word = '';
      continue;
    }
    word += char;
    if (char === '\\' && quote !== "'") word += line[++at] ?? '';
    else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
  }
  return word === '' ? found : [...found, word];
}

function unquote(word: string): string {
  return word.replace(/\\(.)|["']/gs, '$1');
}
