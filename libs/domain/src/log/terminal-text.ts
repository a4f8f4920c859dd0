import { LineCells, maxLineCharacters, type StyledLine } from './line-cells.js';
import { applySgr, type PackedSgr, plainSgr } from './sgr.js';

/** A longer parameter list is no colour. */
const maxSequence = 64;
/** A longer address is no link. */
const maxAddress = 2_048;

/** Everything that is not simply shown; a tab is. */
const control = /[\0-\x08\x0a-\x1f\x7f-\x9f]/;
const nextControl = new RegExp(control, 'g');

type Mode = 'text' | 'escape' | 'csi' | 'string' | 'stringEscape' | 'intermediate';

/**
 * Turns what a terminal would be sent into lines, one character at a time and never looking back: colours and weights
 * (SGR), carriage return, backspace and column moves overwriting, erase in line, links (OSC 8) to http and https, and
 * status lines that are drawn elsewhere on the screen between saving the cursor and restoring it. Every other sequence is
 * dropped, whole, and so are the control characters (S-088): a line that is finished stays as it is, so a program that
 * moves the cursor up and draws several lines anew has all its drawings in the log, one below the other. There is no
 * width at which lines break. Works across chunk edges. A sequence that never ends, ends with its line; so does a link,
 * while colours go on.
 */
export class TerminalText {
  private readonly line = new LineCells();
  private mode: Mode = 'text';
  private sequence = '';
  private link: string | undefined;

  /** @param style in which the first line begins */
  constructor(private style: PackedSgr = plainSgr) {}

  /** In which the next character is written. */
  get currentStyle(): PackedSgr {
    return this.style;
  }

  /** Nothing was written since the last newline, not even a part of a sequence. */
  get isFresh(): boolean {
    return this.line.isFresh && this.mode === 'text';
  }

  /** About what the line that is being written takes in memory. */
  get bytes(): number {
    return this.line.bytes;
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
    for (let at = start; at < text.length; ) {
      const plain = this.mode === 'text' ? plainLength(text, at) : 0;
      if (plain > 0) this.put(text.slice(at, at + plain));
      else if (text.charCodeAt(at) === 10) {
        emit(this.end());
        return at + 1;
      } else this.character(text[at]!, text.charCodeAt(at));
      at += Math.max(1, plain);
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
    return this.line.isEmpty;
  }

  /** The line that is being written, as it stands. */
  peek(): StyledLine {
    return this.line.peek();
  }

  end(): StyledLine {
    const line = this.line.end();
    this.reset();
    return line;
  }

  private reset(): void {
    this.line.reset();
    this.link = undefined;
    this.mode = 'text';
    this.sequence = '';
  }

  private character(char: string, code: number): void {
    switch (this.mode) {
      case 'text':
        this.text(code);
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

  private text(code: number): void {
    if (code === 0x1b) this.mode = 'escape';
    else if (code === 13) this.line.moveTo(0);
    else if (code === 8) this.line.back();
    else if (code === 0x9b) this.beginCsi();
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.beginString(code === 0x9d);
  }

  private escape(char: string, code: number): void {
    if (char === '[') this.beginCsi();
    else if (char === ']' || char === 'P' || char === 'X' || char === '^' || char === '_')
      this.beginString(char === ']');
    else if (code >= 0x20 && code <= 0x2f) this.mode = 'intermediate';
    else if (code !== 0x1b) {
      this.mode = 'text';
      if (char === '7') this.line.save();
      else if (char === '8') this.line.restore();
    }
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
    // Of the screen only this line is known.
    else if (final === 'K' || final === 'J') this.line.erase(parameters[0] ?? 0);
    else this.move(final, Math.max(1, parameters[0] ?? 1));
  }

  private move(final: string, count: number): void {
    if (final === 'G') this.line.moveTo(count - 1);
    else if (final === 'C') this.line.moveBy(count);
    else if (final === 'D') this.line.moveBy(-count);
    else if (final === 's') this.line.save();
    else if (final === 'u') this.line.restore();
    else if (final === 'H' || final === 'f') this.line.leave();
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

  private put(text: string): void {
    this.line.put(text, this.style, this.link);
  }
}

function isWebAddress(address: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(address)) return false;
  return URL.canParse(address);
}

/** How many characters from here on are simply shown. */
function plainLength(text: string, from: number): number {
  nextControl.lastIndex = from;
  return (nextControl.exec(text)?.index ?? text.length) - from;
}
