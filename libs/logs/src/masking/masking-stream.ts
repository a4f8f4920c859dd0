import { ByteWindow } from './byte-window.js';
import type { PatternAutomaton } from './pattern-automaton.js';

/** Bytes `start` up to `end` of the stream that belong to secrets. */
interface Region {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
}

/**
 * Masks one stream of bytes. Every found pattern is covered; patterns that overlap make one region, which goes out as
 * one replacement with the name of the pattern that begins first (of those, the longest). The output depends on the
 * text alone, never on how it was cut into parts: only what can still become a pattern is held back.
 */
export class MaskingStream {
  private state = 0;
  /** Bytes taken in so far. */
  private position = 0;
  /** End of the last region whose replacement went out; it can still grow. */
  private covered = 0;
  private regions: Region[] = [];
  private readonly window = new ByteWindow();

  constructor(
    private readonly automaton: PatternAutomaton,
    /** Called once for each region, in order; gives the bytes to show in its place. */
    private readonly replace: (owner: number) => Uint8Array,
  ) {}

  /** The masked bytes that are certain by now; may be empty, may be `bytes` itself. */
  push(bytes: Uint8Array): Uint8Array {
    this.scan(bytes);
    const safe = this.position - this.automaton.depth(this.state);
    if (this.isClear(safe)) return bytes;
    this.window.append(bytes);
    return this.release(safe);
  }

  /** The rest. The stream can be used again afterwards, as a new one. */
  finish(): Uint8Array {
    this.state = 0;
    return this.release(this.position);
  }

  /** Nothing held, nothing found: the usual case, which copies nothing. */
  private isClear(safe: number): boolean {
    if (this.window.length > 0 || this.regions.length > 0 || safe < this.position) return false;
    this.window.moveTo(this.position);
    return true;
  }

  private scan(bytes: Uint8Array): void {
    this.state = this.automaton.scan(this.state, bytes, (owner, length, end) => {
      this.cover(this.position + end - length, this.position + end, owner);
      return false;
    });
    this.position += bytes.length;
  }

  /** Matches come in by their ends, so a new one can only overlap the last regions. */
  private cover(matchStart: number, end: number, matchOwner: number): void {
    let start = matchStart;
    let owner = matchOwner;
    for (let last = this.regions.at(-1); last && last.end > start; last = this.regions.at(-1)) {
      this.regions.pop();
      if (last.start >= start) continue;
      start = last.start;
      owner = last.owner;
    }
    if (start < this.covered) this.covered = end;
    else this.regions.push({ start, end, owner });
  }

  /** Before `safe` no pattern can begin that is not known yet. */
  private release(safe: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let next = 0;
    for (let region = this.regions[0]; region && region.start < safe; region = this.regions[++next]) {
      this.takePlain(region.start, parts);
      parts.push(this.replace(region.owner));
      this.covered = region.end;
    }
    this.regions = this.regions.slice(next);
    this.takePlain(safe, parts);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  private takePlain(end: number, parts: Uint8Array[]): void {
    this.window.drop(Math.min(this.covered, end));
    if (this.window.start < end) parts.push(this.window.take(end));
  }
}
