/** One entry of a context, in the form that engines read. */
export interface ContextFile {
  /** Slash-separated, relative to the context; valid UTF-8. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  /** Not a time: equal exactly when the content is (see `FileIdentity`). */
  readonly mtimeNs: bigint;
  readonly linkTarget?: string;
  readonly blobId?: string;
  /**
   * The content: at once for a small file, piece by piece for a large one. A large one holds a place in a short line
   * from its first piece to its last, so read it to the end or leave the loop.
   */
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface ContextDockerfile {
  /** As configured, relative to the repository. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** A folder beside the context that a Dockerfile names, with the ignore file in its root applied. */
export interface NamedFolder {
  readonly name: string;
  /** As those of the context, and under its `sharedKey`. */
  readonly files: readonly ContextFile[];
}

export interface BuildContext {
  /**
   * Folders before their content, sorted by path component. Ignore files are applied already: an engine must not apply
   * the `.dockerignore` that is among the files on top, since another one may have won.
   */
  readonly files: readonly ContextFile[];
  /** Names this context to the engine: random for this process, the project and the context folder; never empty. */
  readonly sharedKey: string;
  /** In the order of their names. */
  readonly namedFolders: readonly NamedFolder[];
  /** Those of the named folders included, and of the contexts read before it for the same build. */
  readonly totalBytes: number;
  readonly dockerfile: ContextDockerfile;
}

export interface ContextPaths {
  /** Folder whose files the Dockerfile can copy, relative to the repository; `.` for all. */
  readonly contextPath: string;
  /** Relative to the repository, not to the context. */
  readonly dockerfilePath: string;
  /** Read from elsewhere, in the place of the file at `dockerfilePath`: only the context's own ignore file holds then. */
  readonly dockerfile?: ContextDockerfile;
  /** Name to folder, relative to the repository. */
  readonly namedFolders?: ReadonlyMap<string, string>;
}
