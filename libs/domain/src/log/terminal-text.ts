import { applySgr, type PackedSgr, plainSgr } from './sgr.js';

/** One finished line: text without control characters, and where its style changes. */
export interface StyledLine {
  readonly text: string;
  /** `[start, style, start, style, …]`; null for a line that is plain throughout. */
  readonly runs: readonly number[] | null;
  /** Characters beyond what is kept of one line. */
  readonly cutCharacters: number;
  /** How often a carriage return wrote the line anew. */
  readonly rewrites: number;
  /** What stood there before the last rewrites, oldest first, at most `maxEarlierStates`; null when it was written once. */
  readonly earlier: readonly string[] | null;
  /** Parts of the text that the program made a link (OSC 8); null without one. */
  readonly links: readonly LineLink[] | null;
}

/** `start` up to but without `end` of a line leads to `href`, which is http or https. */
export interface LineLink {
  readonly start: number;
  readonly end: number;
  readonly href: string;
}

/** Most characters of one line that are kept for the page; the download has all. */
export const maxLineCharacters = 16_384;
/** States of a rewritten line that are kept for whoever wants to see how it got there. */
export const maxEarlierStates = 24;
/** A longer parameter list is no colour. */
const maxSequence = 64;
/** A longer address is no link. */
const maxAddress = 2_048;

/** Everything that is not simply shown; a tab is. */
const control = /[\0-\x08\x0a-\x1f\x7f-\x9f]/;

type Mode = 'text' | 'escape' | 'csi' | 'string' | 'stringEscape' | 'intermediate';

/**
 * Turns what a terminal would be sent into lines, one character at a time and never looking back: colours and weights
 * (SGR), carriage return, backspace and column moves overwriting, erase in line, links (OSC 8) to http and https. Every
 * other sequence is dropped, whole, and so are the control characters (S-088). Works across chunk edges. A sequence that
 * never ends, ends with its line; so does a link, while colours go on.
 */
export class TerminalText {
  private cells: string[] = [];
  private styles: PackedSgr[] = [];
  private cursor = 0;
  private mode: Mode = 'text';
  private sequence = '';
  private cut = 0;
  private rewrites = 0;
  private overwritten: string | null = null;
  private earlier: string[] | null = null;
  private links: (string | undefined)[] | null = null;
  private link: string | undefined;

  /** @param style in which the first line begins */
  constructor(private style: PackedSgr = plainSgr) {}

  /** In which the next character is written. */
  get currentStyle(): PackedSgr {
    return this.style;
  }

  /** Nothing was written since the last newline, not even a part of a sequence. */
  get isFresh(): boolean {
    return this.isEmpty && this.cursor === 0 && this.mode === 'text';
  }

  /** Forgets the line that is being written; the next one begins in this style. */
  restart(style: PackedSgr): void {
    this.reset();
    this.style = style;
  }

  /** @param emit gets each line that a newline ended. */
  write(text: string, emit: (line: StyledLine) => void): void {
    let at = 0;
    while (at < text.length) {
      const plain = this.plainLine(text, at);
      if (plain !== null) {
        emit({ text: plain, runs: null, cutCharacters: 0, rewrites: 0, earlier: null, links: null });
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
    if (!this.isFresh || this.style !== plainSgr || this.link !== undefined) return null;
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
    const links = this.links && joinLinks(this.links, text.length);
    return { text, runs, cutCharacters: this.cut, rewrites: this.rewrites, earlier: this.earlier, links };
  }

  end(): StyledLine {
    const line = this.peek();
    this.reset();
    return line;
  }

  private reset(): void {
    this.cells = [];
    this.styles = [];
    this.links = null;
    this.link = undefined;
    this.cursor = 0;
    this.cut = 0;
    this.rewrites = 0;
    this.earlier = null;
    this.overwritten = null;
    this.mode = 'text';
    this.sequence = '';
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
        this.controlString(char, code);
        break;
      case 'stringEscape':
        if (char === '\\') this.finishString();
        else this.mode = 'string';
    }
  }

  private text(char: string, code: number): void {
    if (code >= 0x20 && (code < 0x7f || code > 0x9f)) this.put(char);
    else if (code === 0x1b) this.mode = 'escape';
    else if (code === 9) this.put(char);
    else if (code === 13) this.moveTo(0);
    else if (code === 8) this.cursor = Math.max(0, this.cursor - 1);
    else if (code === 0x9b) this.beginCsi();
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.beginString(code === 0x9d);
  }

  private escape(char: string, code: number): void {
    if (char === '[') this.beginCsi();
    else if (char === ']' || char === 'P' || char === 'X' || char === '^' || char === '_')
      this.beginString(char === ']');
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
    else if (final === 'G') this.moveTo(Math.max(1, parameters[0] ?? 1) - 1);
    else if (final === 'C') this.moveTo(this.cursor + Math.max(1, parameters[0] ?? 1));
    else if (final === 'D') this.moveTo(Math.max(0, this.cursor - Math.max(1, parameters[0] ?? 1)));
  }

  /** To the first column is how a progress display begins anew; it may erase the line before it writes. */
  private moveTo(column: number): void {
    this.cursor = Math.min(column, maxLineCharacters);
    if (this.cursor === 0 && this.cells.length > 0) this.overwritten ??= this.cells.join('').toWellFormed();
  }

  private eraseInLine(what: number): void {
    if (what === 0) this.cells.length = Math.min(this.cells.length, this.cursor);
    else if (what === 1) this.cells.fill(' ', 0, this.cursor);
    else if (what === 2) this.cells.length = 0;
    this.styles.length = this.cells.length;
    if (this.links) this.links.length = Math.min(this.links.length, this.cells.length);
  }

  /** Of all strings only a command of the operating system (OSC) can be a link; of others not even the text is kept. */
  private beginString(isCommand: boolean): void {
    this.mode = 'string';
    this.sequence = isCommand ? '' : '-';
  }

  private controlString(char: string, code: number): void {
    if (code === 0x1b) this.mode = 'stringEscape';
    else if (code === 7 || code === 0x9c) this.finishString();
    else if (this.sequence.length <= maxAddress && this.sequence !== '-') this.sequence += char;
  }

  private finishString(): void {
    this.mode = 'text';
    const address = /^8;[^;]*;(.*)$/.exec(this.sequence)?.[1];
    if (address === undefined) return;
    this.link = this.sequence.length <= maxAddress && isWebAddress(address) ? address : undefined;
  }

  private put(char: string): void {
    if (this.overwritten !== null) this.beginAnew(this.overwritten);
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
    if (this.link !== undefined) this.links ??= [];
    if (this.links) this.links[this.cursor] = this.link;
    this.cursor++;
  }

  private beginAnew(before: string): void {
    this.overwritten = null;
    this.rewrites++;
    this.earlier ??= [];
    this.earlier.push(before);
    if (this.earlier.length > maxEarlierStates) this.earlier.shift();
  }
}

function isWebAddress(address: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(address)) return false;
  return URL.canParse(address);
}

function joinLinks(cells: readonly (string | undefined)[], length: number): readonly LineLink[] | null {
  const links: LineLink[] = [];
  for (let start = 0; start < Math.min(cells.length, length); ) {
    const href = cells[start];
    let end = start + 1;
    while (end < Math.min(cells.length, length) && cells[end] === href) end++;
    if (href !== undefined) links.push({ start, end, href });
    start = end;
  }
  return links.length === 0 ? null : links;
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
