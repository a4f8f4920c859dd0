import { createHash } from 'node:crypto';

/** One entry of a build context as a build saw it, ignore files already applied. */
export interface ManifestEntry {
  /** Relative to the context, `/` between names; of a folder that the Dockerfile names see `namedEntries`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  /** Git's id of the content, or of a link's target; empty for a folder. */
  readonly blobId: string;
}

/**
 * The entries of a folder that the Dockerfile names, as they stand in the manifest beside those of the context itself: no
 * path in a context has an empty part.
 */
export function namedEntries(name: string, entries: readonly ManifestEntry[]): ManifestEntry[] {
  return entries.map((entry) => ({ ...entry, path: `${name}//${entry.path}` }));
}

/** Those of one folder by their path in it, or those of the context itself. */
export function entriesOf(manifest: readonly ManifestEntry[], name: string | null): ManifestEntry[] {
  if (name === null) return manifest.filter(({ path }) => !path.includes('//'));
  const start = `${name}//`;
  return manifest.flatMap((entry) =>
    entry.path.startsWith(start) ? [{ ...entry, path: entry.path.slice(start.length) }] : [],
  );
}

/** Bytes of an encoded manifest. A larger one is not kept, and one that came to be stored all the same is not read. */
export const mostManifestBytes = 16 * 1024 * 1024;
/** Entries of a manifest: as many as the contexts of one build may have together. */
export const mostManifestEntries = 100_000;

const letters = { file: 'f', directory: 'd', symlink: 'l' } as const;
const kinds = { f: 'file', d: 'directory', l: 'symlink' } as const;

/** Entries end with a zero byte, the one that no path can hold. */
export function encodeManifest(entries: readonly ManifestEntry[]): string {
  return entries
    .map(({ path, kind, mode, blobId }) => `${letters[kind]}${mode.toString(8)} ${blobId} ${path}\0`)
    .join('');
}

/** @throws {TypeError} for what `encodeManifest` did not write */
export function decodeManifest(text: string): ManifestEntry[] {
  const lines = text.split('\0');
  if (lines.pop() !== '') throw new TypeError('a manifest of a context that does not end');
  return lines.map((line) => {
    const match = /^([fdl])([0-7]+) ([0-9a-f]*) ([\s\S]+)$/.exec(line);
    if (!match) throw new TypeError('an entry of a context that cannot be read');
    return {
      path: match[4]!,
      kind: kinds[match[1] as keyof typeof kinds],
      mode: Number.parseInt(match[2]!, 8),
      blobId: match[3]!,
    };
  });
}

/** Equal for equal contexts. */
export function manifestDigest(encoded: string): string {
  return createHash('sha256').update(encoded).digest('hex');
}
