/** Browsers of before 2023 have none. */
export const canUnpack = typeof DecompressionStream !== 'undefined';

/** @throws {TypeError} for what is no raw deflate (RFC 1951) */
export async function unpacked(bytes: ArrayBuffer): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Hands events on in the order in which they came, at once while none of them has to be waited for. */
export class InOrder {
  private waiting: Promise<void> | null = null;
  private isClosed = false;

  /** @param handle not called any more once this is closed, nor for a value that cannot be had */
  push<T>(value: T | Promise<T>, handle: (value: T) => void): void {
    if (!(value instanceof Promise) && this.waiting === null) {
      handle(value);
      return;
    }
    const turn: Promise<void> = Promise.allSettled([value, this.waiting]).then(([ready]) => {
      if (this.waiting === turn) this.waiting = null;
      if (!this.isClosed && ready.status === 'fulfilled') handle(ready.value);
    });
    this.waiting = turn;
  }

  close(): void {
    this.isClosed = true;
  }
}
