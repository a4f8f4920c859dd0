/**
 * Words of a shell line as BuildKit cuts them (`frontend/dockerfile/shell`) when no variable is set: quotes and escapes
 * keep what they hold together, `<<` takes the white space behind it along, and variables stay as they are written.
 * `raw` leaves quotes and escapes in the words. Null when the line is broken; BuildKit then sees no words at all.
 */
export function shellWords(line: string, raw: boolean): string[] | null {
  try {
    return new WordReader(line, raw).read();
  } catch (error) {
    if (error instanceof BrokenLine) return null;
    throw error;
  }
}

class BrokenLine extends Error {}

const maxDepth = 100;

class WordReader {
  private readonly chars: string[];
  private at = 0;
  private depth = 0;
  /** The word that is being put together. An expansion inside of it starts it anew: so does BuildKit. */
  private word = '';

  constructor(
    line: string,
    private readonly raw: boolean,
  ) {
    this.chars = [...line.replace(/^\ufeff/, '')];
  }

  read(): string[] {
    return this.until(null, this.raw).words;
  }

  /** Reads to `stop`, or to the end of the line when that is null. */
  private until(stop: string | null, rawEscapes: boolean): { text: string; words: string[] } {
    if (++this.depth > maxDepth) throw new BrokenLine();
    const words: string[] = [];
    const text: string[] = [];
    this.word = '';
    for (let char = this.peek(); ; char = this.peek()) {
      if (char === undefined) {
        if (stop !== null) throw new BrokenLine();
        break;
      }
      if (char === stop) {
        this.at++;
        break;
      }
      text.push(this.part(char, rawEscapes, words));
    }
    if (this.word !== '') words.push(this.word);
    this.word = '';
    this.depth--;
    return { text: text.join(''), words };
  }

  /** One step of reading; what it read is added to the word under way, or ends it. */
  private part(char: string, rawEscapes: boolean, words: string[]): string {
    if (char === '"' || char === "'") return this.add(this.quoted(char, rawEscapes));
    if (char === '<') return this.add(this.angle());
    if (char === '$') return this.addCutting(this.dollar(), words);
    this.at++;
    if (char !== '\\') return this.addCutting(char, words);
    const escaped = this.peek();
    if (escaped !== undefined) this.at++;
    return this.add((rawEscapes ? char : '') + (escaped ?? ''));
  }

  private add(text: string): string {
    this.word += text;
    return text;
  }

  private addCutting(text: string, words: string[]): string {
    for (const char of text) {
      if (!isSpace(char)) this.word += char;
      else if (this.word !== '') {
        words.push(this.word);
        this.word = '';
      }
    }
    return text;
  }

  private quoted(quote: string, rawEscapes: boolean): string {
    const text: string[] = [];
    const mark = this.raw ? quote : '';
    this.at++;
    for (let char = this.peek(); char !== quote; char = this.peek()) {
      if (char === undefined) throw new BrokenLine();
      if (quote === '"' && char === '$') text.push(this.dollar());
      else {
        this.at++;
        text.push(quote === '"' && char === '\\' ? this.escapedInQuotes(rawEscapes) : char);
      }
    }
    this.at++;
    return mark + text.join('') + mark;
  }

  private escapedInQuotes(rawEscapes: boolean): string {
    const next = this.peek();
    if (next === undefined) return rawEscapes ? '\\' : '';
    if (!['"', '$', '\\'].includes(next)) return rawEscapes ? '\\\\' : '\\';
    this.at++;
    return (rawEscapes ? '\\' : '') + next;
  }

  private angle(): string {
    this.at++;
    if (this.peek() !== '<') return '<';
    this.at++;
    let text = '<<';
    for (let char = this.peek(); char === ' ' || char === '\t' || char === '\r' || char === '\n'; char = this.peek()) {
      text += char;
      this.at++;
    }
    return text;
  }

  private dollar(): string {
    this.at++;
    if (this.peek() !== '{') {
      const name = this.name();
      return `$${name}`;
    }
    this.at++;
    const first = this.peek();
    if (first === undefined || first === '{' || first === '}' || first === ':') throw new BrokenLine();
    const name = this.name();
    return `\${${name}${this.modifier()}}`;
  }

  private modifier(): string {
    let sign = this.next();
    if (sign === '}') return '';
    if (sign === '/') {
      const all = this.peek() === '/';
      if (all) this.at++;
      return `/${this.until('/', true).text}/${this.until('}', true).text}`;
    }
    const ifEmpty = sign === ':';
    if (ifEmpty) sign = this.next();
    else if (!['+', '-', '?', '#', '%'].includes(sign)) throw new BrokenLine();
    const isPattern = sign === '#' || sign === '%';
    if (ifEmpty && isPattern) throw new BrokenLine();
    return `${ifEmpty ? ':' : ''}${sign}${this.until('}', isPattern).text}`;
  }

  private name(): string {
    const first = this.peek() ?? '';
    if (/\p{Nd}/u.test(first)) return this.while(/\p{Nd}/u);
    if (/[@*#?\-$!]/.test(first)) return this.next();
    return this.while(/[\p{L}\p{Nd}_]/u);
  }

  private while(pattern: RegExp): string {
    const start = this.at;
    while (pattern.test(this.peek() ?? '')) this.at++;
    return this.chars.slice(start, this.at).join('');
  }

  private next(): string {
    const char = this.peek();
    if (char === undefined) throw new BrokenLine();
    this.at++;
    return char;
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }
}

function isSpace(char: string): boolean {
  return /[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(char);
}
