import type { Entry, HistoryRecord, SolveRequest } from '../proto/messages.js';
import type { Digest } from './digest.js';

/**
 * The only home of BuildKit's attribute strings: what the Dockerfile frontend, the exporters and the caches are told,
 * and what their answers are called. Sources: BuildKit's `frontend/dockerui`, `exporter/containerimage/exptypes`,
 * `cache/remotecache/registry`.
 */
export interface FrontendOptions {
  /** Path of the Dockerfile in the tree called `dockerfile`. */
  readonly dockerfile: string;
  readonly target?: string;
  /** `os/arch[/variant]`. */
  readonly platform?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Full references of cache manifests; those that are missing do no harm. */
  readonly cacheImports?: readonly string[];
  /** Caches in stores that the session serves. */
  readonly storedCaches?: readonly StoredCache[];
  /** The registry of the caches is spoken to without TLS. */
  readonly insecureCache?: boolean;
  readonly noCache?: boolean;
  /**
   * Separates the cache mounts of those that differ in it. It holds a slash whatever it is, since BuildKit leaves the
   * namespace out of a step's cache key only then: a step with a cache mount is found again from another namespace.
   */
  readonly cacheMountNamespace?: string;
  /**
   * The cgroup under which the steps run. It is part of every RUN's cache key: two builds share the results of their
   * steps only when this is the same.
   */
  readonly cgroupParent?: string;
  /**
   * Does the same for steps that run in no cgroup of ours: a name in their `/etc/hosts`, which is part of every RUN's cache
   * key too. One label of a host name.
   */
  readonly resultSpace?: string;
  readonly networkMode?: 'default' | 'none';
  /** No process of a step leaves a core dump. */
  readonly withoutCores?: boolean;
  /** What the Dockerfile may name beside its stages. */
  readonly namedContexts?: Readonly<Record<string, NamedSource>>;
}

/** A tree of the session, an image by its reference, or the result of another Dockerfile by its key, see `SolveInput`. */
export type NamedSource = { readonly tree: string } | { readonly image: string } | { readonly input: string };

/** A cache in a store of the session. */
export interface StoredCache {
  /** Printable, see `contentStoreName`. */
  readonly store: string;
  /** Of its manifest. */
  readonly digest: string;
}

/** Names under which the engine asks for the trees of a session. */
export const treeNames = { context: 'context', dockerfile: 'dockerfile' } as const;

/** The tree of a named context. Chosen here: what users call their contexts is no name of a tree. */
export function namedTree(index: number): string {
  return `context-${index}`;
}

/**
 * Has the engine ask another session for trees than that of its Solve: the tree of a context is called `context` whatever a
 * Dockerfile is, so those of several Dockerfiles cannot be told apart in one session.
 * @param trees names of those that the Dockerfile may ask for
 */
export function treesFrom(sessionId: string, trees: Iterable<string>): Record<string, string> {
  return Object.fromEntries([...trees].map((tree) => [`local-sessionid:${tree}`, sessionId]));
}

export function frontendAttrs(options: FrontendOptions): Record<string, string> {
  return {
    filename: options.dockerfile,
    // Any value keeps the built-in frontend in charge: a `# syntax=` line then loads nothing.
    cmdline: 'docker/dockerfile:1',
    ...(options.target && { target: options.target }),
    ...(options.platform && { platform: options.platform }),
    ...prefixed('build-arg:', options.buildArgs),
    ...prefixed('label:', options.labels),
    ...cacheImports(options),
    // An empty value means all stages.
    ...(options.noCache && { 'no-cache': '' }),
    ...(options.cacheMountNamespace && {
      'build-arg:BUILDKIT_CACHE_MOUNT_NS': `${options.cacheMountNamespace}/mounts`,
    }),
    ...(options.cgroupParent && { 'cgroup-parent': options.cgroupParent }),
    ...(options.resultSpace && { 'add-hosts': `${options.resultSpace}.results.invalid=127.0.0.1` }),
    ...(options.networkMode === 'none' && { 'force-network-mode': 'none' }),
    // 1 byte is less than any dump, and, other than 0, keeps Linux from piping one to a program of the host (fs/coredump.c).
    ...(options.withoutCores && { ulimit: 'core=1:1' }),
    ...prefixed('context:', namedContexts(options.namedContexts)),
  };
}

function namedContexts(contexts: FrontendOptions['namedContexts'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(contexts).map(([name, source]) => [name, sourceOf(source)]));
}

function sourceOf(source: NamedSource): string {
  if ('tree' in source) return `local:${source.tree}`;
  return 'image' in source ? `docker-image://${source.image}` : `input:${source.input}`;
}

/** The configuration of an image that a Dockerfile came to, for another that starts from it: its environment, its user. */
const imageConfig = 'containerimage.config';

/** What a frontend is told of the results of other Dockerfiles that it is given. @param results facts of each, by its key */
export function inputAttrs(results: ReadonlyMap<string, Readonly<Record<string, Uint8Array>>>): Record<string, string> {
  return Object.fromEntries(
    [...results].flatMap(([key, { [imageConfig]: config }]) =>
      config
        ? [[`input-metadata:${key}`, JSON.stringify({ [imageConfig]: Buffer.from(config).toString('base64') })]]
        : [],
    ),
  );
}

export interface ImageExport {
  readonly host: string;
  readonly repository: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Seconds since 1970 that the image's own times are cut to. As an exporter's attribute it leaves the steps' cache
   * keys alone; as the build argument SOURCE_DATE_EPOCH it would change WORKDIR and all that follows, in every commit.
   */
  readonly sourceDateEpoch?: number;
  /** The registry is spoken to without TLS. */
  readonly insecure?: boolean;
}

/** Pushes the image by digest, without any tag, and keeps it nowhere else. */
export function imageExporter(image: ImageExport): Entry {
  const { sourceDateEpoch } = image;
  const Attrs = {
    name: `${image.host}/${image.repository}`,
    push: 'true',
    'push-by-digest': 'true',
    'name-canonical': 'true',
    'oci-mediatypes': 'true',
    store: 'false',
    ...insecureAttr(image.insecure),
    ...(sourceDateEpoch !== undefined && { 'source-date-epoch': String(sourceDateEpoch) }),
    ...prefixed('annotation.', image.annotations),
  };
  return { Type: 'image', Attrs };
}

/**
 * Writes the results of all steps (`max`) or of the last stage (`min`) to a registry, as an OCI manifest. Its layers are packed as
 * those of images are: the engine takes a layer as it finds it, so that a step of the middle, once it is the last one of another
 * build, would give an image that differs from the one built without a cache.
 */
export function registryCacheExport(reference: string, mode: 'max' | 'min', insecure?: boolean): Entry {
  return { Type: 'registry', Attrs: { ref: reference, mode, ...cacheForm, ...insecureAttr(insecure) } };
}

/** Writes them to a store that the session serves under this name. */
export function storedCacheExport(store: string, mode: 'max' | 'min'): Entry {
  return { Type: 'local', Attrs: { dest: store, mode, ...cacheForm } };
}

/** How the engine calls a store of the session: it asks for it by this name in a header. */
export function contentStoreName(store: string): string {
  return `local:${store}`;
}

const cacheForm = { 'image-manifest': 'true', 'oci-mediatypes': 'true', compression: 'gzip' };

/** Leaves in the image itself what is needed to find the steps of its last stage again. For the Solve that makes the image. */
export function inlineCacheExport(): Entry {
  return { Type: 'inline', Attrs: {} };
}

/** Where the configuration of an image holds its inline cache. */
export const inlineCacheField = 'moby.buildkit.cache.v0';

function cacheImports(options: FrontendOptions): Record<string, string> {
  const insecure = insecureAttr(options.insecureCache);
  const imports: Entry[] = [
    ...(options.storedCaches ?? []).map(({ store, digest }) => ({ Type: 'local', Attrs: { src: store, digest } })),
    ...(options.cacheImports ?? []).map((ref) => ({ Type: 'registry', Attrs: { ref, ...insecure } })),
  ];
  return imports.length > 0 ? { 'cache-imports': JSON.stringify(imports) } : {};
}

/** What a frontend was told to read, for a graph that is given in its place. */
export function cacheImportsOf({ 'cache-imports': told }: Readonly<Record<string, string>>): Entry[] {
  return told === undefined ? [] : (JSON.parse(told) as Entry[]);
}

function insecureAttr(insecure: boolean | undefined): Record<string, string> {
  return insecure ? { 'registry.insecure': 'true' } : {};
}

function prefixed(prefix: string, values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

export interface ImageDescriptor {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** The manifest that the image exporter made, from a Solve's answer; null when there is none. */
export function imageOfAnswer(answer: Readonly<Record<string, string>>): ImageDescriptor | null {
  const encoded = answer['containerimage.descriptor'];
  if (!encoded) return null;
  const { digest, mediaType, size } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as Record<string, unknown>;
  if (typeof digest !== 'string' || typeof mediaType !== 'string' || typeof size !== 'number') return null;
  return { digest: digest as Digest, mediaType, sizeBytes: size };
}

/** The same from the engine's history. */
export function imageOfRecord(record: HistoryRecord): ImageDescriptor | null {
  // Results are counted by exporter, and there is one.
  const result = record.Result?.Results['0'];
  return result ? { digest: result.digest as Digest, mediaType: result.media_type, sizeBytes: result.size } : null;
}

/** The manifest of the cache that a Solve wrote, by its answer; null where it wrote none. */
export function cacheOfAnswer(answer: Readonly<Record<string, string>>): Digest | null {
  const written = answer['cache.manifest'];
  const { digest } = (written ? JSON.parse(written) : {}) as { readonly digest?: unknown };
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? (digest as Digest) : null;
}

/** The digest that a progress entry of the image exporter announces, before the push has ended. */
export function announcedDigest(progressId: string): Digest | null {
  return (/^exporting manifest (sha256:[0-9a-f]{64})$/.exec(progressId)?.[1] as Digest | undefined) ?? null;
}

/** Refuses or allows sources (of FROM, ADD, COPY --from) whose identifier matches, in Go's RE2 syntax. The last match wins. */
export interface SourceRule {
  readonly action: 'allow' | 'deny';
  readonly expression: string;
}

const actions = { allow: 0, deny: 1 } as const;
const regularExpression = 2;

export function sourcePolicy(rules: readonly SourceRule[]): SolveRequest['SourcePolicy'] {
  return {
    version: 1,
    rules: rules.map(({ action, expression }) => ({
      action: actions[action],
      selector: { identifier: expression, match_type: regularExpression },
    })),
  };
}
