import { followPaths, type LinkView } from './follow-paths.js';
import { comparePaths } from './sync-order.js';

/** One entry of a tree that the engine may fetch. */
export interface SyncFile {
  /** Relative, `/` between names, no `.` or `..`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  /**
   * The engine takes a file with the size and time that it has already for the same file, and does not fetch it again:
   * two contents must never share both.
   */
  readonly mtimeNs: bigint;
  readonly linkTarget?: string;
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * A tree as it is sent: in order, with the folders that were left out filled in. It is sent as it is; ignore files are
 * the business of whoever made the list.
 */
export class SyncTree implements LinkView {
  private readonly all: readonly SyncFile[];
  private readonly links: ReadonlyMap<string, string>;

  /** @throws {TypeError} on a path that is not clean or comes twice */
  constructor(files: readonly SyncFile[]) {
    this.all = complete(files);
    this.links = new Map(
      this.all.filter((file) => file.kind === 'symlink').map((file) => [file.path, file.linkTarget ?? '']),
    );
  }

  linkTarget(path: string): string | undefined {
    return this.links.get(path);
  }

  linksBelow(folder: string): readonly string[] {
    return [...this.links.keys()].filter((path) => folder === '' || path === folder || path.startsWith(`${folder}/`));
  }

  /** The entries that `wanted` needs, in order; all of them when nothing is named. */
  entries(wanted?: readonly string[]): readonly SyncFile[] {
    const included = wanted ? followPaths(wanted, this) : null;
    if (!included) return this.all;
    const ancestors = new Set([...included].flatMap(parentsOf));
    return this.all.filter((file) => ancestors.has(file.path) || isBelow(file.path, included));
  }
}

function complete(files: readonly SyncFile[]): SyncFile[] {
  const known = new Set<string>();
  for (const { path } of files) {
    if (!isClean(path) || known.has(path)) throw new TypeError(`not a path of a tree: ${JSON.stringify(path)}`);
    known.add(path);
  }
  const all = [...files];
  for (const { path } of files)
    for (const parent of parentsOf(path))
      if (!known.has(parent)) {
        known.add(parent);
        all.push(folder(parent));
      }
  if (!all.every((file, index) => index === 0 || comparePaths(all[index - 1]!.path, file.path) < 0))
    all.sort((a, b) => comparePaths(a.path, b.path));
  return all;
}

function isClean(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function folder(path: string): SyncFile {
  return { path, kind: 'directory', mode: 0o755, sizeBytes: 0, mtimeNs: 0n, read: async () => new Uint8Array() };
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) parents.push(path.slice(0, end));
  return parents;
}

function isBelow(path: string, included: ReadonlySet<string>): boolean {
  return included.has(path) || parentsOf(path).some((parent) => included.has(parent));
}
