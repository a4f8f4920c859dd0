import { createHash, type Hash } from 'node:crypto';
import type { ObjectType } from './batch-parser.js';

/** What a mirror holds under an id is not what that id names, or is not there at all: the mirror is broken. */
export class BrokenObject extends Error {
  override readonly name = 'BrokenObject';
}

/**
 * The id of an object, computed from what was read of it. `git cat-file` prints whatever lies in the mirror's files under the id that it is
 * asked for, and a file there may be somebody else's work, or a bad disk's (R22D-5).
 */
export class ObjectSum {
  readonly #id: string;
  readonly #hash: Hash;

  constructor(id: string, type: ObjectType, sizeBytes: number) {
    this.#id = id;
    this.#hash = createHash(id.length === 64 ? 'sha256' : 'sha1').update(`${type} ${sizeBytes}\0`);
  }

  update(content: Uint8Array): void {
    this.#hash.update(content);
  }

  /** Once, when all of the content was there. @returns undefined when it is what the id says */
  fault(): BrokenObject | undefined {
    if (this.#hash.digest('hex') === this.#id) return undefined;
    return new BrokenObject(`the mirror holds something else as ${this.#id}`);
  }
}
