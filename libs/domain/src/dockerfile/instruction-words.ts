import { bytesToText } from './lines.js';

const space = /[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Words of ENV, ARG and LABEL with their quotes and escapes, as BuildKit's `parseWords`. */
export function quotedWords(text: string, escapeChar: string): string[] {
  const found: string[] = [];
  let word = '';
  let quote = '';
  let isWord = false;
  const end = () => {
    if (isWord || word !== '') found.push(word);
    word = '';
    isWord = false;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === '' && space.test(char)) {
      end();
      continue;
    }
    if (char === quote) quote = '';
    else if (quote === '' && (char === "'" || char === '"')) {
      quote = char;
      isWord = true;
    } else if (char === escapeChar && quote !== "'") {
      // One at the end is left out.
      if (at + 1 < text.length) word += char + text[++at]!;
      continue;
    }
    word += char;
  }
  end();
  return found;
}

/** `ENV A=1 B="2 3"`, or the old form `ENV A 1 2`; likewise LABEL. Words without `=` end the build, BuildKit says it. */
export function namedValues(text: string, escapeChar: string): [name: string, value: string][] {
  const words = quotedWords(text, escapeChar);
  if (words[0]?.includes('=')) return words.filter((word) => word.includes('=')).map(cut);
  const [name = '', ...rest] = text.split(/[\t\v\f\r ]+/);
  return rest.length === 0 ? [] : [[name, text.slice(name.length).replace(/^[\t\v\f\r ]+/, '')]];
}

/** Name and value at the first `=`. */
export function cut(word: string): [name: string, value: string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** Words of COPY, ADD, VOLUME, EXPOSE and FROM: a list in JSON where it may be one, or whatever white space divides. */
export function plainWords(args: string, mayBeList: boolean): string[] {
  const text = bytesToText(args);
  return (mayBeList ? jsonList(text) : null) ?? text.split(/[\t\v\f\r ]+/).filter((word) => word !== '');
}

function jsonList(text: string): string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : null;
  } catch {
    return null;
  }
}

/** The fields of `--mount`, which are comma-separated values. */
export function commaFields(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    let field = '';
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] === '"' && text[++at] !== '"') break;
        field += text[at];
      }
    }
    const comma = text.indexOf(',', at);
    const end = comma < 0 ? text.length : comma;
    found.push(field + text.slice(at, end));
    at = end;
  }
  return found;
}
