/** One entry of a build context. Folders may be left out. */
export interface ContextFile {
  /** Relative to the context, `/` between names. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  /**
   * Nanoseconds since 1970. An engine may take equal size and time for equal content, so under one `sharedKey` two
   * contents of a path must never have both in common.
   */
  readonly mtimeNs: bigint;
  readonly linkTarget?: string;
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * What a Dockerfile may name beside its stages (`COPY --from=name`, `FROM name`): files, an image by its reference, or what
 * another Dockerfile of the same request comes to.
 */
export type RequestedContext =
  | {
      readonly name: string;
      readonly kind: 'folder';
      /** As those of the context: ignore files applied, times under the context's `sharedKey`. */
      readonly files: readonly ContextFile[];
    }
  | { readonly name: string; readonly kind: 'image'; readonly reference: string }
  /** By the name of the target. */
  | { readonly name: string; readonly kind: 'target'; readonly target: string };

/** Another Dockerfile of the same build: its result is a named context of others. What a request says beside it holds for it too. */
export interface RequestedTarget {
  /** Unique within the request; its steps are shown with it. */
  readonly name: string;
  readonly context: BuildRequest['context'];
  readonly namedContexts: readonly RequestedContext[];
  readonly dockerfile: BuildRequest['dockerfile'];
  /** Stage of the Dockerfile. */
  readonly stage: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly networkMode: 'default' | 'none';
}

export interface PushedBlob {
  readonly digest: string;
  readonly bytes: number;
}

export interface PushedImage {
  /** Of the manifest. */
  readonly digest: string;
  /** Config and layers; none where the engine does not say, of what is pushed already. */
  readonly blobs: readonly PushedBlob[];
  readonly isPushed: boolean;
}

/**
 * What the steps of a build have written to the disk so far, in bytes; null where a look takes too long or fails, so that nobody knows until the
 * next number; `hidden` where no look shows it, as in Docker Compose.
 */
export type WrittenBytes = number | 'hidden' | null;

export interface BuildRequest {
  /** Chosen by the caller, hexadecimal, unique: `find` knows the build by it. */
  readonly reference: string;
  readonly context: {
    /** What may be copied, ignore files already applied. */
    readonly files: readonly ContextFile[];
    /** Chosen by the server, never empty: builds with the same key share what the engine keeps of the context. */
    readonly sharedKey: string;
  };
  readonly namedContexts?: readonly RequestedContext[];
  /** Each behind those that it names. An engine without the feature `targets` refuses them. */
  readonly targets?: readonly RequestedTarget[];
  readonly dockerfile: {
    /** Path inside the repository, for messages. */
    readonly path: string;
    /** From the same commit; it may lie outside of the context. */
    readonly content: Uint8Array;
  };
  readonly target?: string;
  /** `os/arch[/variant]`. */
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly registryAuth: {
    /** A token of the service's own registry, for `push.host` and the hosts of caches; null refuses the scopes. */
    token(host: string, scopes: readonly string[]): Promise<{ token: string; expiresInSeconds: number } | null>;
    /** Credentials of other registries; null goes there as nobody. Docker Hub is `docker.io`. */
    credentials(host: string): { username: string; password: string } | null;
  };
  /** Pushed by digest, without a tag. */
  readonly push: {
    readonly host: string;
    readonly repository: string;
    /**
     * Asked before anything is pushed, by an engine that knows then what that is; else when it is pushed. What it throws ends the
     * build.
     */
    admit?(image: PushedImage): Promise<void>;
  };
  /** Full references, best first, of which an engine reads one; one that is missing does no harm. */
  readonly cacheImports: readonly string[];
  /** Full names of repositories, best first, for an engine that keeps a tag for each step in one of them. */
  readonly cacheRepositories?: readonly string[];
  /** Caches of this worker to look into, best first, as `localCacheName` names them; a worker without one goes without. */
  readonly localCaches?: readonly string[];
  /**
   * The image itself says how the steps of its last stage are found again, so that a reference to it can be among a later
   * build's `cacheImports`. Its digest then depends on what it says.
   */
  readonly inlineCache?: boolean;
  readonly noCache?: boolean;
  /** Cache mounts are shared by builds with the same namespace. */
  readonly cacheMountNamespace: string;
  /**
   * Part of the cache key of each step that has a cache mount, a secret or an SSH agent: what those hold is in no key, so builds that
   * have other ones share no results of such steps. Left out where the group of limits keeps them apart already.
   */
  readonly stepMark?: string;
  readonly limits: BuildLimits;
  /** Of the world only images are fetched: ADD of an address is refused, whatever the network of its steps is. */
  readonly onlyImages?: boolean;
  /** Called now and then by an engine that looks at what steps write (`limits`). */
  readonly noteWritten?: (bytes: WrittenBytes) => void;
  /** It runs code of strangers: only for an engine that holds those apart, see `EngineFeatures.strangers`. */
  readonly strangers?: boolean;
}

export interface BuildLimits {
  readonly memoryBytes?: number;
  readonly pids?: number;
  readonly cpus?: number;
  /** Bytes that the steps may write to the disk together; each file and folder counts 4,096 more. */
  readonly diskBytes?: number;
  /** Control group below which the builds' own groups are made, like `/cooperage`. The same on all workers, see `group`. */
  readonly cgroupParent?: string;
  /**
   * Names the control group of this build's steps; best the project's id. Only builds with equal parent and group share the
   * results of their steps, also where limits are not enforced. One name per build would mean no cache at all. Builds of one group that run at the same time share the sum of their limits. Default: made
   * from `push`, which keeps the zones of a project apart from each other.
   */
  readonly group?: string;
  readonly networkMode?: 'default' | 'none';
}

export type CacheTarget =
  /** Full reference; the repository need not exist. */
  | { readonly reference: string; readonly localCache?: undefined }
  /** A cache of this worker, see `localCacheName`. */
  | { readonly localCache: string; readonly reference?: undefined };

export interface CacheExportRequest extends BuildRequest {
  readonly cacheExport: { readonly mode: 'max' | 'min' } & CacheTarget;
}
