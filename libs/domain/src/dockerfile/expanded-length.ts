/** Bytes of a variable's value, an upper bound. Asked for every name that a text speaks of. */
export type LengthOf = (name: string) => number;

/** How BuildKit reads a text, see `Lex` of `frontend/dockerfile/shell`. */
export interface Reading {
  /** The file's escape character. */
  readonly escape: string;
  /** Whether quotes keep what they hold as it is; they do not in a here-document. */
  readonly quotes: boolean;
}

export interface ExpandedLength {
  /** That the text has at most, in bytes, when values stand in the place of its variables. */
  readonly bytes: number;
  /** What BuildKit does for it at most: bytes that are put in place, also by inner variables, and steps of searches for patterns. */
  readonly work: number;
}

/** Sums and products end here, so that none leaves the range of exact numbers. */
const most = 2 ** 50;
/** Variables within the words of variables. Nobody means more, and BuildKit goes one level deeper on its stack for each. */
const maxDepth = 100;

/**
 * How long a text can become when BuildKit puts values in the place of its variables: by arithmetic on lengths, nothing is put in
 * place. It may be more than the text comes to, and is never less where `lengthOf` never is. Takes time in proportion to the text.
 */
export function expandedLength(text: string, lengthOf: LengthOf, reading: Reading): ExpandedLength {
  return new LengthReader(text, lengthOf, reading).read();
}

/** Bytes of a text. What was no UTF-8 is three bytes for each of up to three that came in its place. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text) + (text.includes('\ufffd') ? 6 * (text.match(/\ufffd/g)?.length ?? 0) : 0);
}

/** BuildKit ends here with an error; what it did until then counts. */
class BrokenText extends Error {}
class TooDeep extends Error {}

const plain = /[^$'"\\`}/]+/y;
const nameAt = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

class LengthReader {
  private at = 0;
  private depth = 0;
  private work = 0;

  constructor(
    private readonly text: string,
    private readonly lengthOf: LengthOf,
    private readonly reading: Reading,
  ) {}

  read(): ExpandedLength {
    try {
      return { bytes: this.until(''), work: this.work };
    } catch (error) {
      if (error instanceof TooDeep) return { bytes: most, work: most };
      if (error instanceof BrokenText) return { bytes: capped(bytesOf(this.text) + this.work), work: this.work };
      throw error;
    }
  }

  /** Reads to `stop`, or to the end where that is empty. */
  private until(stop: string): number {
    if (++this.depth > maxDepth) throw new TooDeep();
    let bytes = 0;
    for (let char = this.peek(); char !== stop; char = this.peek()) {
      if (char === '') throw new BrokenText();
      bytes = capped(bytes + this.part(char));
    }
    this.at++;
    this.depth--;
    return bytes;
  }

  private part(char: string): number {
    if (char === '$') return this.dollar();
    if (this.reading.quotes && char === "'") return this.inSingleQuotes();
    if (this.reading.quotes && char === '"') return this.inDoubleQuotes();
    if (char === this.reading.escape) {
      this.at++;
      return this.escapeBytes + (this.peek() === '' ? 0 : this.takeBytes());
    }
    return this.plainBytes();
  }

  private inSingleQuotes(): number {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw new BrokenText();
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    // Inside of a pattern BuildKit writes each escape character twice.
    return 2 + bytesOf(inner) + (this.depth > 1 ? inner.split(this.reading.escape).length - 1 : 0);
  }

  private inDoubleQuotes(): number {
    this.at++;
    let bytes = 2;
    for (let char = this.peek(); char !== '"'; char = this.peek()) {
      if (char === '') throw new BrokenText();
      if (char === '$') bytes += this.dollar();
      else if (char === this.reading.escape) {
        this.at++;
        const next = this.peek();
        bytes += this.escapeBytes + (next !== '' && ['"', '$', char].includes(next) ? this.takeBytes() : 0);
      } else bytes += this.plainBytes();
      bytes = capped(bytes);
    }
    this.at++;
    return bytes;
  }

  private get escapeBytes(): number {
    return this.depth > 1 ? 2 : 1;
  }

  private dollar(): number {
    this.at++;
    if (this.peek() !== '{') {
      const name = this.name();
      // The text of RUN keeps a variable that nobody set as it is written.
      return name === '' ? 1 : this.put(Math.max(this.lengthOf(name), 1 + bytesOf(name)));
    }
    this.at++;
    if (['', '{', '}', ':'].includes(this.peek())) throw new BrokenText();
    const name = this.name();
    const value = this.lengthOf(name);
    // With the braces and a modifier.
    const written = bytesOf(name) + 6;
    let sign = this.take();
    if (sign === '}') return this.put(Math.max(value, written));
    if (sign === '/') return this.replaced(value, written);
    if (sign === ':') sign = this.take();
    else if (!'+-?#%'.includes(sign)) throw new BrokenText();
    const word = this.until('}');
    if (sign === '#' || sign === '%') this.count(value * word);
    return this.put(Math.max(value, word + written));
  }

  /** `${x/pattern/replacement}` and `${x//pattern/replacement}`: a pattern may be met between any two bytes. */
  private replaced(value: number, written: number): number {
    const all = this.peek() === '/';
    if (all) this.at++;
    const pattern = this.until('/');
    const replacement = this.until('}');
    this.count(value * pattern);
    const changed = value + replacement * (all ? value + 1 : 1);
    return this.put(Math.max(changed, written + pattern + replacement));
  }

  private put(bytes: number): number {
    this.count(bytes);
    return capped(bytes);
  }

  private count(work: number): void {
    this.work = capped(this.work + work);
  }

  private name(): string {
    nameAt.lastIndex = this.at;
    const name = nameAt.exec(this.text)?.[0] ?? '';
    this.at += name.length;
    return name;
  }

  private plainBytes(): number {
    plain.lastIndex = this.at;
    const run = plain.exec(this.text)?.[0];
    if (run === undefined) return this.takeBytes();
    this.at += run.length;
    return bytesOf(run);
  }

  private takeBytes(): number {
    return bytesOf(this.take());
  }

  private take(): string {
    const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    if (this.at >= this.text.length) throw new BrokenText();
    this.at += char.length;
    return char;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }
}

function capped(bytes: number): number {
  return Math.min(bytes, most);
}
