import { type Digest, isDigest } from '@cooperage/domain';
import { objectOf } from './format/statement.js';

/** What the control plane knows of a build; nothing in it comes from a step. */
export interface ProvenanceFacts {
  /** Address of the page that documents the parameters below. */
  readonly buildType: string;
  /** Stable address of the trusted control plane and its pool of builders, never of one build. */
  readonly builderId: string;
  /** Address of this very build. */
  readonly invocationId: string;
  readonly source: {
    /** Clone address without credentials: a URL, or `user@host:path`. */
    readonly uri: string;
    /** Full ref, `refs/heads/main`. */
    readonly ref: string;
    /** Commit id in hex. */
    readonly commit: string;
  };
  readonly rule: string;
  /** What started the build: `push`, `retry`, … */
  readonly trigger: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target: string | null;
  readonly platform: string;
  readonly dockerfilePath: string;
  readonly contextPath: string;
  /** Name to a folder of the repository, or to `docker-image://reference`. */
  readonly namedContexts?: Readonly<Record<string, string>>;
  /** What said how the image is built; the fields above are what it stands for at this commit. */
  readonly definition?: ProvenanceDefinition;
  readonly zone: string;
  /** Where the results of its steps were kept for other builds: `registry`, `inline` (in the image itself) or `local`. */
  readonly cacheBackend: string;
  readonly attempt: number;
  /** Base images as the builder resolved them. */
  readonly baseImages: readonly { readonly uri: string; readonly digest: string }[];
  /** What else the builder fetched, by ADD from an address: algorithm to hex. */
  readonly sources?: readonly { readonly uri: string; readonly digest: Readonly<Record<string, string>> }[];
  /** What the build could fetch: `open`, or `none` beside its source and its images. */
  readonly network?: string;
  /** Programs that made the image, name to version. */
  readonly tools?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly startedOn: string;
  /** RFC 3339. */
  readonly finishedOn: string;
}

/** A bake or compose file of the source, which of its targets is meant, and the variables that it was given. */
export interface ProvenanceDefinition {
  readonly path: string;
  readonly target: string;
  readonly variables: Readonly<Record<string, string>>;
}

interface ResourceDescriptor {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** A SLSA provenance predicate, version 1 (https://slsa.dev/spec/v1.0/provenance). */
export interface ProvenancePredicate {
  readonly buildDefinition: {
    readonly buildType: string;
    /** Under the control of the people of the project. */
    readonly externalParameters: {
      readonly source: { readonly uri: string; readonly digest: { readonly gitCommit: string } };
      readonly rule: string;
      readonly trigger: string;
      readonly dockerfile: string;
      readonly context: string;
      readonly target: string | null;
      readonly platform: string;
      readonly buildArgs: Readonly<Record<string, string>>;
      readonly definition?: ProvenanceDefinition;
      /** Left out where there are none. */
      readonly namedContexts?: Readonly<Record<string, string>>;
    };
    /** Under the control of the service. */
    readonly internalParameters: {
      readonly zone: string;
      readonly cacheBackend: string;
      readonly attempt: number;
      /** Left out where nobody wrote it down. */
      readonly network?: string;
    };
    readonly resolvedDependencies: readonly ResourceDescriptor[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version?: Readonly<Record<string, string>> };
    readonly metadata: { readonly invocationId: string; readonly startedOn: string; readonly finishedOn: string };
  };
}

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The same facts make the same bytes.
 * @throws {TypeError} when a source holds credentials, or a commit, a digest or a time is none: a wrong
 * provenance must never be signed.
 */
export function provenancePredicate(facts: ProvenanceFacts): ProvenancePredicate {
  const { source } = facts;
  if (!commitPattern.test(source.commit)) throw new TypeError('the commit of a provenance is a full commit id');
  const uri = gitUri(source.uri, source.ref);
  const digest = { gitCommit: source.commit };
  return {
    buildDefinition: {
      buildType: facts.buildType,
      externalParameters: {
        source: { uri, digest },
        rule: facts.rule,
        trigger: facts.trigger,
        dockerfile: facts.dockerfilePath,
        context: facts.contextPath,
        target: facts.target,
        platform: facts.platform,
        buildArgs: sorted(facts.buildArgs),
        ...named(facts.namedContexts),
        ...(facts.definition && {
          definition: { ...facts.definition, variables: sorted(facts.definition.variables) },
        }),
      },
      internalParameters: {
        ...{ zone: facts.zone, cacheBackend: facts.cacheBackend, attempt: facts.attempt },
        ...(facts.network !== undefined && { network: facts.network }),
      },
      resolvedDependencies: [
        { uri, digest },
        ...facts.baseImages.map(baseImage),
        ...(facts.sources ?? []).map(fetchedSource),
      ],
    },
    runDetails: {
      builder: { id: facts.builderId, ...version(facts.tools) },
      metadata: { invocationId: facts.invocationId, ...times(facts) },
    },
  };
}

/**
 * `git+<clone address>@<ref>`, the form in which SLSA names a source.
 * @param address URL, or `user@host:path`.
 * @throws {TypeError} when it holds credentials or is no clone address.
 */
export function gitUri(address: string, ref: string): string {
  if (!address.includes('://')) return `git+${sshUrl(address)}@${ref}`;
  const url = URL.parse(address);
  if (!url) throw new TypeError('the source of a provenance is a clone address');
  if (url.password || (url.username && url.protocol !== 'ssh:'))
    throw new TypeError('the source of a provenance holds no credentials');
  return `git+${address}@${ref}`;
}

function sshUrl(address: string): string {
  const [, user = '', host, path] = /^([^@/:]+@)?(\[[^\]]+\]|[^:/@[\]]+):(.+)$/.exec(address) ?? [];
  if (host === undefined) throw new TypeError('the source of a provenance is a clone address');
  return `ssh://${user}${host}/${path}`;
}

/** What a reader of a provenance compares; everything that is not there or not a text is undefined. */
export interface ProvenanceReading {
  readonly builderId: string | undefined;
  readonly invocationId: string | undefined;
  readonly buildType: string | undefined;
  /** `git+…@ref` of the source. */
  readonly sourceUri: string | undefined;
  readonly sourceCommit: string | undefined;
  readonly zone: string | undefined;
  readonly baseImages: readonly { readonly uri: string; readonly digest: Digest }[];
}

/**
 * Reads any SLSA v1 predicate, ours or another service's. The source is the first resolved dependency with a
 * `gitCommit`; images are those with a sha256.
 */
export function readProvenance(predicate: unknown): ProvenanceReading {
  const definition = objectOf(objectOf(predicate)?.buildDefinition);
  const run = objectOf(objectOf(predicate)?.runDetails);
  const listed = Array.isArray(definition?.resolvedDependencies) ? definition.resolvedDependencies : [];
  const dependencies = listed.map((entry) => ({
    uri: text(objectOf(entry)?.uri),
    digest: objectOf(objectOf(entry)?.digest),
  }));
  const source = dependencies.find((entry) => text(entry.digest?.gitCommit) !== undefined);
  return {
    builderId: text(objectOf(run?.builder)?.id),
    invocationId: text(objectOf(run?.metadata)?.invocationId),
    buildType: text(definition?.buildType),
    sourceUri: source?.uri,
    sourceCommit: text(source?.digest?.gitCommit),
    zone: text(objectOf(definition?.internalParameters)?.zone),
    baseImages: dependencies.flatMap(({ uri, digest }) => {
      const value = `sha256:${String(digest?.sha256)}`;
      return uri !== undefined && isDigest(value) ? [{ uri, digest: value }] : [];
    }),
  };
}

function baseImage({ uri, digest }: { uri: string; digest: string }): ResourceDescriptor {
  if (!isDigest(digest)) throw new TypeError('a base image of a provenance has a sha256 digest');
  return { uri, digest: { sha256: digest.slice('sha256:'.length) } };
}

function fetchedSource({ uri, digest }: ResourceDescriptor): ResourceDescriptor {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(uri))
    throw new TypeError('a source of a provenance holds no credentials');
  if (!Object.values(digest).every((hex) => /^[0-9a-f]+$/.test(hex)))
    throw new TypeError('the digest of a source of a provenance is hex');
  return { uri, digest: sorted(digest) };
}

function times({ startedOn, finishedOn }: ProvenanceFacts): { startedOn: string; finishedOn: string } {
  for (const time of [startedOn, finishedOn])
    if (Number.isNaN(Date.parse(time))) throw new TypeError('a time of a provenance is no RFC 3339 time');
  return { startedOn, finishedOn };
}

function version(tools: ProvenanceFacts['tools'] = {}): { version?: Readonly<Record<string, string>> } {
  return Object.keys(tools).length === 0 ? {} : { version: sorted(tools) };
}

function named(contexts: ProvenanceFacts['namedContexts'] = {}): { namedContexts?: Readonly<Record<string, string>> } {
  return Object.keys(contexts).length === 0 ? {} : { namedContexts: sorted(contexts) };
}

function sorted(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
