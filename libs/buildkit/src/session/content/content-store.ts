/** Blobs by digest, for an engine that reads caches from the session and writes them there. */
export interface ContentStore {
  /** Bytes of a whole blob; null where there is none. */
  size(digest: string): Promise<number | null>;
  /** A blob to read; null where there is none. Whoever opened it closes it. */
  open(digest: string): Promise<OpenBlob | null>;
  /** Left out where nothing may be written. */
  create?(): Promise<ContentWriter>;
}

export interface OpenBlob {
  /** Bytes of all of it. */
  readonly size: number;
  /** Fills `into` with what is there from `offset` on. @returns how many bytes that were; 0 at the end */
  read(into: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** A blob under way. It is nobody's before `commit`. */
export interface ContentWriter {
  /** Bytes that are written. */
  readonly offset: number;
  /** @throws {SessionFault} `resourceExhausted` when there is no room for it */
  write(bytes: Uint8Array): Promise<void>;
  /** Begins anew. */
  restart(): Promise<void>;
  /**
   * Takes the blob into the store, and answers with its digest.
   * @param expected what it has to be; null takes what it is
   * @throws {SessionFault} `failedPrecondition` when it is something else
   */
  commit(expected: string | null): Promise<string>;
  /** Forgets it. Harmless after `commit`. */
  discard(): Promise<void>;
}
