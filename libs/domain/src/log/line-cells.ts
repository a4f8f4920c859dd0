import { type PackedSgr, plainSgr } from './sgr.js';

/** One finished line: text without control characters, and where its style changes. */
export interface StyledLine {
  readonly text: string;
  /** `[start, style, start, style, …]`; null for a line that is plain throughout. */
  readonly runs: readonly number[] | null;
  /** Characters beyond what is kept of one line. */
  readonly cutCharacters: number;
  /** How often the line was written anew. */
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
/** A character and its style, in lists of their own. */
const cellBytes = 16;
/** States of a rewritten line that are kept for whoever wants to see how it got there. */
export const maxEarlierStates = 24;

/**
 * The line that a program is writing, one cell for each character, with a cursor that moves in it and nowhere else. What
 * is written anew is kept as an earlier state of the line; so is what a program writes elsewhere on the screen between
 * saving the cursor and coming back, as progress bars at the bottom are.
 */
export class LineCells {
  private cells: string[] = [];
  private styles: PackedSgr[] = [];
  private links: (string | undefined)[] | null = null;
  private cursor = 0;
  private saved: number | null = null;
  private elsewhere: string | null = null;
  private cut = 0;
  private rewrites = 0;
  private overwritten: string | null = null;
  private earlier: string[] | null = null;

  /** Nothing to show, though states of it may have been: what a progress display has erased is no line. */
  get isEmpty(): boolean {
    const untouched = this.cursor === 0 && this.saved === null && this.elsewhere === null;
    return untouched && this.cells.length === 0 && this.cut === 0;
  }

  /** As after `reset`. */
  get isFresh(): boolean {
    return this.isEmpty && this.overwritten === null && this.rewrites === 0;
  }

  /** About what it takes in memory. */
  get bytes(): number {
    const texts = [this.elsewhere, this.overwritten, ...(this.earlier ?? [])];
    return texts.reduce((sum, text) => sum + (text?.length ?? 0), this.cells.length * cellBytes);
  }

  /** The line as it stands. */
  peek(): StyledLine {
    const { text, runs } = joinCells(this.cells, this.styles);
    const links = this.links && joinLinks(this.links, text.length);
    const { rewrites, earlier } = this.states();
    return { text, runs, cutCharacters: this.cut, rewrites, earlier, links };
  }

  /** Ends the line. Whoever never came back from elsewhere has written there what belongs to it. */
  end(): StyledLine {
    const left = this.elsewhere;
    this.elsewhere = null;
    if (left) this.put(left, plainSgr);
    const line = this.peek();
    this.reset();
    return line;
  }

  reset(): void {
    this.cells = [];
    this.styles = [];
    this.links = null;
    this.cursor = 0;
    this.saved = null;
    this.elsewhere = null;
    this.cut = 0;
    this.rewrites = 0;
    this.overwritten = null;
    this.earlier = null;
  }

  /** Writes characters one after the other. */
  put(text: string, style: PackedSgr, link?: string): void {
    if (this.elsewhere !== null) {
      this.elsewhere += text.slice(0, Math.max(0, maxLineCharacters - this.elsewhere.length));
      return;
    }
    if (this.overwritten !== null) this.beginAnew(this.overwritten);
    const room = Math.min(text.length, Math.max(0, maxLineCharacters - this.cursor));
    this.cut += text.length - room;
    // An erased or shortened line has the cursor beyond its end.
    while (room > 0 && this.cells.length < this.cursor) {
      this.cells.push(' ');
      this.styles.push(plainSgr);
    }
    for (let at = 0; at < room; at++) this.putOne(text[at]!, style, link);
  }

  private putOne(char: string, style: PackedSgr, link: string | undefined): void {
    this.cells[this.cursor] = char;
    this.styles[this.cursor] = style;
    if (link !== undefined) this.links ??= [];
    if (this.links) this.links[this.cursor] = link;
    this.cursor++;
  }

  /** To the first column is how a progress display begins anew; it may erase the line before it writes. */
  moveTo(column: number): void {
    if (this.elsewhere !== null) return;
    this.cursor = Math.min(Math.max(0, column), maxLineCharacters);
    if (this.cursor === 0 && this.cells.length > 0) this.overwritten ??= this.cells.join('').toWellFormed();
  }

  moveBy(columns: number): void {
    this.moveTo(this.cursor + columns);
  }

  /** One to the left, which begins nothing anew. */
  back(): void {
    if (this.elsewhere === null) this.cursor = Math.max(0, this.cursor - 1);
  }

  /** @param what 0 behind the cursor, 1 up to it, 2 all of the line */
  erase(what: number): void {
    if (this.elsewhere !== null) return;
    if (what === 0) this.cells.length = Math.min(this.cells.length, this.cursor);
    else if (what === 1) this.cells.fill(' ', 0, this.cursor);
    else if (what === 2) this.cells.length = 0;
    this.styles.length = this.cells.length;
    if (this.links) this.links.length = Math.min(this.links.length, this.cells.length);
  }

  save(): void {
    this.saved = this.cursor;
  }

  /** The cursor was set to a place on the screen. Only where it was saved before is it known to come back. */
  leave(): void {
    if (this.saved !== null) this.elsewhere ??= '';
  }

  restore(): void {
    if (this.saved === null) return;
    this.cursor = this.saved;
    if (this.elsewhere) this.beginAnew(this.elsewhere.trim().toWellFormed());
    this.elsewhere = null;
  }

  /** What was erased and not written anew is the last of the earlier states. */
  private states(): Pick<StyledLine, 'rewrites' | 'earlier'> {
    const { rewrites, earlier, overwritten } = this;
    if (overwritten === null || this.cells.length > 0) return { rewrites, earlier };
    return { rewrites: rewrites + 1, earlier: [...(earlier ?? []), overwritten].slice(-maxEarlierStates) };
  }

  private beginAnew(before: string): void {
    this.overwritten = null;
    this.rewrites++;
    this.earlier ??= [];
    this.earlier.push(before);
    if (this.earlier.length > maxEarlierStates) this.earlier.shift();
  }
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
