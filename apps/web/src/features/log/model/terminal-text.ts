import { applySgr, type PackedSgr, plainSgr } from './sgr';

/** One finished line: text without control characters, and where its style changes. */
export interface StyledLine {
  readonly text: string;
  /** `[start, style, start, style, …]`; null for a line that is plain throughout. */
  readonly runs: readonly number[] | null;
  /** Characters beyond what is kept of one line. */
  readonly cutCharacters: number;
  /** How often a carriage return wrote the line anew. */
  readonly rewrites: number;
}

/** Most characters of one line that are kept for the page; the download has all. */
export const maxLineCharacters = 16_384;
/** A longer parameter list is no colour. */
const maxSequence = 64;

/** Everything that is not simply shown; a tab is. */
const control = /[\0-\x08\x0a-\x1f\x7f-\x9f]/;

type Mode = 'text' | 'escape' | 'csi' | 'string' | 'stringEscape' | 'intermediate';

/**
 * Turns what a terminal would be sent into lines, one character at a time and never looking back: colours and weights
 * (SGR), carriage return and backspace overwriting, erase in line. Every other sequence is dropped, whole, and so are the
 * control characters (S-088). Works across chunk edges. A sequence that never ends, ends with its line.
 */
export class TerminalText {
  private cells: string[] = [];
  private styles: PackedSgr[] = [];
  private cursor = 0;
  private style: PackedSgr = plainSgr;
  private mode: Mode = 'text';
  private sequence = '';
  private cut = 0;
  private rewrites = 0;
  private returned = false;

  /** @param emit gets each line that a newline ended. */
  write(text: string, emit: (line: StyledLine) => void): void {
    let at = 0;
    while (at < text.length) {
      const plain = this.plainLine(text, at);
      if (plain !== null) {
        emit({ text: plain, runs: null, cutCharacters: 0, rewrites: 0 });
        at = text.indexOf('\n', at) + 1;
      } else at = this.writeUntilNewline(text, at, emit);
    }
  }

  private writeUntilNewline(text: string, start: number, emit: (line: StyledLine) => void): number {
    for (let i = start; i < text.length; i++) {
      if (text.charCodeAt(i) === 10) {
        emit(this.end());
        return i + 1;
      }
      this.character(text[i]!, text.charCodeAt(i));
    }
    return text.length;
  }

  /** Most lines are plain and whole; they need no cells. Null for every other. */
  private plainLine(text: string, start: number): string | null {
    if (!this.isEmpty || this.cursor !== 0 || this.mode !== 'text' || this.style !== plainSgr) return null;
    const newline = text.indexOf('\n', start);
    if (newline === -1 || newline - start > maxLineCharacters) return null;
    const line = text.slice(start, text[newline - 1] === '\r' && newline > start ? newline - 1 : newline);
    return control.test(line) ? null : line;
  }

  get isEmpty(): boolean {
    return this.cells.length === 0 && this.cut === 0;
  }

  /** The line that is being written, as it stands. */
  peek(): StyledLine {
    const { text, runs } = joinCells(this.cells, this.styles);
    return { text, runs, cutCharacters: this.cut, rewrites: this.rewrites };
  }

  end(): StyledLine {
    const line = this.peek();
    this.cells = [];
    this.styles = [];
    this.cursor = 0;
    this.cut = 0;
    this.rewrites = 0;
    this.returned = false;
    this.mode = 'text';
    return line;
  }

  private character(char: string, code: number): void {
    switch (this.mode) {
      case 'text':
        this.text(char, code);
        break;
      case 'escape':
        this.escape(char, code);
        break;
      case 'csi':
        this.csi(char, code);
        break;
      case 'intermediate':
        if (code >= 0x30) this.mode = 'text';
        break;
      case 'string':
        this.controlString(code);
        break;
      case 'stringEscape':
        this.mode = char === '\\' ? 'text' : 'string';
    }
  }

  private text(char: string, code: number): void {
    if (code >= 0x20 && (code < 0x7f || code > 0x9f)) this.put(char);
    else if (code === 0x1b) this.mode = 'escape';
    else if (code === 9) this.put(char);
    else if (code === 13) {
      this.cursor = 0;
      this.returned = true;
    } else if (code === 8) this.cursor = Math.max(0, this.cursor - 1);
    else if (code === 0x9b) this.beginCsi();
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.mode = 'string';
  }

  private escape(char: string, code: number): void {
    if (char === '[') this.beginCsi();
    else if (char === ']' || char === 'P' || char === 'X' || char === '^' || char === '_') this.mode = 'string';
    else if (code >= 0x20 && code <= 0x2f) this.mode = 'intermediate';
    else if (code !== 0x1b) this.mode = 'text';
  }

  private beginCsi(): void {
    this.mode = 'csi';
    this.sequence = '';
  }

  private csi(char: string, code: number): void {
    if (code === 0x1b) this.mode = 'escape';
    else if (code >= 0x40 && code <= 0x7e) {
      this.mode = 'text';
      this.finishCsi(char);
    } else if (this.sequence.length <= maxSequence) this.sequence += char;
  }

  private finishCsi(final: string): void {
    if (this.sequence.length > maxSequence || !/^[\d;:]*$/.test(this.sequence)) return;
    const parameters = this.sequence === '' ? [] : this.sequence.split(/[;:]/).map((part) => Number(part || '0'));
    if (final === 'm') this.style = applySgr(this.style, parameters);
    else if (final === 'K') this.eraseInLine(parameters[0] ?? 0);
  }

  private eraseInLine(what: number): void {
    if (what === 0) this.cells.length = Math.min(this.cells.length, this.cursor);
    else if (what === 1) this.cells.fill(' ', 0, this.cursor);
    else if (what === 2) this.cells.length = 0;
    this.styles.length = this.cells.length;
  }

  private controlString(code: number): void {
    if (code === 0x1b) this.mode = 'stringEscape';
    else if (code === 7 || code === 0x9c) this.mode = 'text';
  }

  private put(char: string): void {
    if (this.returned) {
      this.returned = false;
      if (this.cells.length > 0) this.rewrites++;
    }
    if (this.cursor >= maxLineCharacters) {
      this.cut++;
      return;
    }
    // An erased or shortened line has the cursor beyond its end.
    while (this.cells.length < this.cursor) {
      this.cells.push(' ');
      this.styles.push(plainSgr);
    }
    this.cells[this.cursor] = char;
    this.styles[this.cursor] = this.style;
    this.cursor++;
  }
}

function joinCells(
  cells: readonly string[],
  styles: readonly PackedSgr[],
): { text: string; runs: readonly number[] | null } {
  // Overwriting may have left half of a character outside the basic plane.
  const text = cells.join('').toWellFormed();
  const runs: number[] = [];
  let last = plainSgr;
  for (let i = 0; i < styles.length; i++) {
    if (styles[i] === last) continue;
    last = styles[i]!;
    runs.push(i, last);
  }
  return { text, runs: runs.length === 0 ? null : runs };
}
