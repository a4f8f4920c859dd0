import { randomBytes } from 'node:crypto';

/** Nanoseconds: a fixed second in the past, so that layers, which keep whole seconds, do not depend on serial numbers. */
const baseNs = 1_700_000_000_000_000_000n;

/** Serial numbers given out by this process; one is never given twice, whatever is forgotten in between. */
let lastSerial = 0n;

export interface Stamped {
  /** Names the tree that an engine keeps of this context between builds. */
  readonly sharedKey: string;
  /** One time for each id asked for, in the same order. */
  readonly mtimesNs: readonly bigint[];
}

/**
 * An engine takes a file for unchanged when its size and time are the same: with the commit's time, old content would be
 * built for a new commit; under a key that two tenants share, one's file would reach the other's image (both were seen).
 * So a time here is a serial number per distinct content, under a key that nobody else has, random for each process and
 * context. Nothing can be guessed, and equal never means different.
 */
export class FileIdentity {
  readonly #maxIds: number;
  #sharedKey = newKey();
  #serials = new Map<string, bigint>();

  constructor(maxIds = 1_000_000) {
    this.#maxIds = maxIds;
  }

  /** The time of folders, whose content the engine does not take from it. */
  static readonly folderTimeNs = baseNs;

  /** @param ids what tells contents apart: blob id and kind. Stamped together, so that all belong to the same key. */
  stamp(ids: readonly string[]): Stamped {
    if (this.#serials.size + ids.length > this.#maxIds) this.#forget();
    return { sharedKey: this.#sharedKey, mtimesNs: ids.map((id) => baseNs + this.#serialOf(id)) };
  }

  #serialOf(id: string): bigint {
    let serial = this.#serials.get(id);
    if (serial === undefined) {
      serial = ++lastSerial;
      this.#serials.set(id, serial);
    }
    return serial;
  }

  /** A new key costs one full transfer, and nothing else. */
  #forget(): void {
    this.#serials = new Map();
    this.#sharedKey = newKey();
  }
}

function newKey(): string {
  return randomBytes(24).toString('base64url');
}
