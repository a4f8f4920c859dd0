interface IdleReader {
  close(): Promise<void>;
}

/**
 * The kept readers of one process that wait for a question. Each holds a process and its memory, and any number of
 * mirrors may have been read lately: beyond `most` the reader that waited longest ends.
 */
export class IdleReaders {
  readonly #most: number;
  readonly #waiting = new Set<IdleReader>();

  constructor(most: number) {
    this.#most = most;
  }

  add(reader: IdleReader): void {
    this.#waiting.delete(reader);
    this.#waiting.add(reader);
    const [longest] = this.#waiting;
    if (this.#waiting.size > this.#most) void longest!.close();
  }

  /** To be called when the reader gets a question or ends. */
  delete(reader: IdleReader): void {
    this.#waiting.delete(reader);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#waiting].map((reader) => reader.close()));
  }
}
