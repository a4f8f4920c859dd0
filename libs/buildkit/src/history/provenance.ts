import type { HistoryRecord } from '../proto/messages.js';
import type { EngineConnection } from '../wire/connection.js';
import { readContent } from './history.js';

/** Something that went into a build: a base image, or what ADD fetched (SLSA `ResourceDescriptor`). */
export interface Material {
  readonly uri: string;
  /** Algorithm to hex value. */
  readonly digest: Readonly<Record<string, string>>;
}

export interface BaseImage {
  /** Full name with tag, for example `docker.io/library/debian:bookworm`. */
  readonly name: string;
  readonly digest: string;
}

export interface Provenance {
  readonly materials: readonly Material[];
  readonly baseImages: readonly BaseImage[];
  /** Vertex digest to lines of the Dockerfile, from 1. */
  readonly lines: ReadonlyMap<string, { readonly startLine: number; readonly endLine: number }>;
}

/**
 * Reads what the engine recorded of a build: it notes this for every build, whether or not an attestation was asked
 * for. Both of BuildKit's forms are understood, SLSA 0.2 and 1.
 * @returns null for a record without it: then nobody knows what the image was made from
 * @throws {ContentTooLarge} beyond `mostBytes`
 * @throws {ConnectionLost} @throws {RpcError} @throws {SyntaxError} when the blob is no JSON
 */
export async function readProvenance(
  connection: EngineConnection,
  record: HistoryRecord,
  mostBytes: number,
): Promise<Provenance | null> {
  const results = [record.Result, ...Object.values(record.Results)];
  const attestation = results.flatMap((result) => result?.Attestations ?? [])[0];
  if (!attestation) return null;
  const bytes = await readContent(connection, attestation.digest, mostBytes);
  return parseProvenance(JSON.parse(bytes.toString()) as Predicate);
}

interface Locations {
  readonly locations?: readonly {
    readonly ranges?: readonly { start?: { line?: number }; end?: { line?: number } }[];
  }[];
}
interface BuildConfig {
  readonly digestMapping?: Readonly<Record<string, string>>;
}
interface BuildkitMetadata {
  readonly source?: { readonly locations?: Readonly<Record<string, Locations>> };
}

/** The parts of a provenance predicate that are read. */
export interface Predicate {
  readonly materials?: readonly Material[];
  readonly buildConfig?: BuildConfig;
  readonly metadata?: { readonly 'https://mobyproject.org/buildkit@v1#metadata'?: BuildkitMetadata };
  readonly buildDefinition?: {
    readonly resolvedDependencies?: readonly Material[];
    readonly internalParameters?: { readonly buildConfig?: BuildConfig };
  };
  readonly runDetails?: { readonly metadata?: { readonly buildkit_metadata?: BuildkitMetadata } };
}

export function parseProvenance(predicate: Predicate): Provenance {
  const { buildDefinition, runDetails } = predicate;
  const materials = predicate.materials ?? buildDefinition?.resolvedDependencies ?? [];
  const config = predicate.buildConfig ?? buildDefinition?.internalParameters?.buildConfig;
  const metadata =
    predicate.metadata?.['https://mobyproject.org/buildkit@v1#metadata'] ?? runDetails?.metadata?.buildkit_metadata;
  return {
    materials,
    baseImages: materials.flatMap(baseImage),
    lines: lineMap(config?.digestMapping ?? {}, metadata?.source?.locations ?? {}),
  };
}

function lineMap(steps: Readonly<Record<string, string>>, locations: Readonly<Record<string, Locations>>) {
  const lines = new Map<string, { startLine: number; endLine: number }>();
  for (const [digest, step] of Object.entries(steps)) {
    const ranges = (locations[step]?.locations ?? []).flatMap((location) => location.ranges ?? []);
    const numbers = ranges
      .flatMap((range) => [range.start?.line ?? 0, range.end?.line ?? 0])
      .filter((line) => line > 0);
    if (numbers.length > 0) lines.set(digest, { startLine: Math.min(...numbers), endLine: Math.max(...numbers) });
  }
  return lines;
}

/** `pkg:docker/debian@bookworm?platform=…` (https://github.com/package-url/purl-spec) as Docker names it in full. */
function baseImage(material: Material): BaseImage[] {
  const match = /^pkg:docker\/([^?#]+?)(?:@([^?#/]*))?(?:\?|#|$)/.exec(material.uri);
  const sha256 = material.digest.sha256;
  if (!match || !sha256) return [];
  const tag = match[2] ? `:${decodeURIComponent(match[2])}` : '';
  return [{ name: fullName(decodeURIComponent(match[1]!)) + tag, digest: `sha256:${sha256}` }];
}

function fullName(name: string): string {
  const [first, ...rest] = name.split('/');
  if (rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost')) return name;
  return rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`;
}
