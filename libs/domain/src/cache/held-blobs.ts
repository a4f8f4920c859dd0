/** One blob of the registry: a layer, or a document. */
export interface CacheBlob {
  readonly digest: string;
  readonly bytes: number;
}

/** What stands under one reference, as far as it has a weight. */
export interface Weighed {
  /** Of all its blobs together. */
  readonly bytes: number;
  /** Each once; none where nobody had written them down, which then is a blob of its own. */
  readonly blobs: readonly CacheBlob[];
}

/** What some references hold in a registry, which keeps a blob once however many of them need it. */
export class HeldBlobs {
  private readonly holders = new Map<string | Weighed, number>();
  private sum = 0;

  constructor(held: Iterable<Weighed> = []) {
    for (const each of held) this.add(each);
  }

  /** Of all of them together. */
  get bytes(): number {
    return this.sum;
  }

  /** @returns bytes that are there only since then */
  add(held: Weighed): number {
    return this.change(held, 1, 0);
  }

  /** Only of what was added. @returns bytes that nobody else holds */
  remove(held: Weighed): number {
    return -this.change(held, -1, 1);
  }

  private change(held: Weighed, by: 1 | -1, alone: number): number {
    const before = this.sum;
    const blobs = held.blobs.length > 0 ? held.blobs : [{ digest: held, bytes: held.bytes }];
    for (const { digest, bytes } of blobs) {
      const known = this.holders.get(digest) ?? 0;
      if (known === alone) this.sum += by * bytes;
      this.holders.set(digest, known + by);
    }
    return this.sum - before;
  }
}
