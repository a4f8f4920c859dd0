import { BrokenObject, ObjectSum } from './object-sum.js';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

export class ObjectTooLarge extends Error {
  override readonly name = 'ObjectTooLarge';
}

/** What was asked for. */
export interface WantedObject {
  readonly id: string;
  /** Bytes that it may have. */
  readonly maxBytes: number;
}

interface BatchEvents {
  /** The question that is answered next. */
  readonly wanted: () => WantedObject | undefined;
  readonly onObject: (object: GitObject) => void;
  readonly onError: (error: Error) => void;
}

/**
 * Reads the output of `git cat-file --batch`: `<id> <type> <size> LF <content> LF`, or `<id> missing LF`. An object counts only when its id is
 * what was asked for, computed here: piece by piece, so that a large one takes no long turn.
 */
export class BatchParser {
  readonly #events: BatchEvents;
  #head = '';
  #type: ObjectType = 'blob';
  #sum: ObjectSum | undefined;
  /** What is filled now; undefined while a too large object is passed over. */
  #content: Buffer | undefined;
  /** Bytes of the object still to come, its final line feed included; 0 while a head is read. */
  #left = 0;

  constructor(events: BatchEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#left > 0 ? this.#body(chunk, at) : this.#line(chunk, at);
  }

  #line(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at);
    this.#head += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
    if (end < 0) return chunk.length;
    const head = this.#head;
    this.#head = '';
    const match = /^[0-9a-f]+ (commit|tree|blob|tag) (\d+)$/.exec(head);
    if (match) this.#begin(match[1] as ObjectType, Number(match[2]));
    else if (head.endsWith(' missing'))
      this.#events.onError(new BrokenObject(`the mirror lacks ${head.split(' ', 1)[0]}`));
    else this.#events.onError(new Error('unexpected answer of git cat-file'));
    return end + 1;
  }

  #begin(type: ObjectType, size: number): void {
    this.#type = type;
    const wanted = this.#events.wanted();
    const fits = wanted !== undefined && size <= wanted.maxBytes;
    // What is passed over is not looked at either.
    this.#sum = fits ? new ObjectSum(wanted.id, type, size) : undefined;
    this.#content = fits ? Buffer.allocUnsafeSlow(size) : undefined;
    this.#left = size + 1;
  }

  #body(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    if (this.#content) {
      const piece = chunk.subarray(at, Math.min(end, at + this.#left - 1));
      piece.copy(this.#content, this.#content.length + 1 - this.#left);
      this.#sum?.update(piece);
    }
    this.#left -= end - at;
    if (this.#left === 0) this.#finish();
    return end;
  }

  #finish(): void {
    const content = this.#content;
    this.#content = undefined;
    const fault = content ? this.#sum?.fault() : new ObjectTooLarge('the object is larger than allowed here');
    if (fault) this.#events.onError(fault);
    else this.#events.onObject({ type: this.#type, content: content! });
  }
}
