export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

export class ObjectTooLarge extends Error {
  override readonly name = 'ObjectTooLarge';
}

interface BatchEvents {
  /** Bytes that the next object may have. */
  readonly maxBytes: () => number;
  /** The next object, or undefined when it is missing. */
  readonly onObject: (object: GitObject | undefined) => void;
  readonly onError: (error: Error) => void;
}

/** Reads the output of `git cat-file --batch`: `<id> <type> <size> LF <content> LF`, or `<id> missing LF`. */
export class BatchParser {
  readonly #events: BatchEvents;
  #head = '';
  #type: ObjectType = 'blob';
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
    else if (head.endsWith(' missing')) this.#events.onObject(undefined);
    else this.#events.onError(new Error('unexpected answer of git cat-file'));
    return end + 1;
  }

  #begin(type: ObjectType, size: number): void {
    this.#type = type;
    this.#content = size <= this.#events.maxBytes() ? Buffer.allocUnsafeSlow(size) : undefined;
    this.#left = size + 1;
  }

  #body(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    if (this.#content)
      chunk.copy(this.#content, this.#content.length + 1 - this.#left, at, Math.min(end, at + this.#left - 1));
    this.#left -= end - at;
    if (this.#left === 0) this.#finish();
    return end;
  }

  #finish(): void {
    const content = this.#content;
    this.#content = undefined;
    if (content) this.#events.onObject({ type: this.#type, content });
    else this.#events.onError(new ObjectTooLarge('the object is larger than allowed here'));
  }
}
