import { followPaths, type LinkView } from './follow-paths.js';
import { comparePaths, firstAtOrAfter, isInside } from './sync-order.js';

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
  /** In order. */
  private readonly linkPaths: readonly string[];

  /** @throws {TypeError} on a path that is not clean or comes twice */
  constructor(files: readonly SyncFile[]) {
    this.all = complete(files);
    this.links = new Map(
      this.all.filter((file) => file.kind === 'symlink').map((file) => [file.path, file.linkTarget ?? '']),
    );
    this.linkPaths = [...this.links.keys()];
  }

  linkTarget(path: string): string | undefined {
    return this.links.get(path);
  }

  linksBelow(folder: string): readonly string[] {
    if (folder === '') return this.linkPaths;
    const start = firstAtOrAfter(this.linkPaths, folder);
    let end = start;
    for (let path = this.linkPaths[end]; path !== undefined; path = this.linkPaths[++end])
      if (path !== folder && !isInside(path, folder)) break;
    return this.linkPaths.slice(start, end);
  }

  /** The entries that `wanted` needs, in order; all of them when nothing is named. */
  entries(wanted?: readonly string[]): readonly SyncFile[] {
    const included = wanted ? followPaths(wanted, this) : null;
    return included ? within(this.all, [...included].sort(comparePaths)) : this.all;
  }
}

/**
 * In one pass, with no list of the folders above each path: one file may lie a thousand folders deep, and there may be a
 * hundred thousand. A folder comes before what is in it, so those that are open are enough, and of a path only what is
 * below them is looked at.
 */
function complete(files: readonly SyncFile[], isSorted = false): SyncFile[] {
  const all: SyncFile[] = [];
  /** The path before, below the folders that hold it. */
  const open: string[] = [];
  for (const file of files) {
    const { path } = file;
    const before = open.at(-1) ?? '';
    while (open.length > 0 && !isInside(path, open.at(-1)!)) open.pop();
    const known = open.length > 0 ? open.at(-1)!.length + 1 : 0;
    if (unclean.test(path.slice(known))) throw notOfTree(path);
    if (comparePaths(before, path, known) >= 0) {
      if (isSorted) throw notOfTree(path);
      const sorted = files.toSorted((a, b) => comparePaths(a.path, b.path));
      return complete(sorted, true);
    }
    for (let end = path.indexOf('/', known); end >= 0; end = path.indexOf('/', end + 1)) {
      const above = folder(path.slice(0, end));
      all.push(above);
      open.push(above.path);
    }
    all.push(file);
    open.push(path);
  }
  return all;
}

/** An empty name, `.` or `..`, or a zero byte. */
const unclean = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

function notOfTree(path: string): TypeError {
  return new TypeError(`not a path of a tree: ${JSON.stringify(path)}`);
}

function folder(path: string): SyncFile {
  return { path, kind: 'directory', mode: 0o755, sizeBytes: 0, mtimeNs: 0n, read: async () => new Uint8Array() };
}

/** What `included` names, with all above it and all below it. Both lists are in order. */
function within(all: readonly SyncFile[], included: readonly string[]): SyncFile[] {
  let at = 0;
  let taken: string | undefined;
  return all.filter(({ path }) => {
    if (taken !== undefined && isInside(path, taken)) return true;
    while (at < included.length && comparePaths(included[at]!, path) < 0) at++;
    const next = included[at];
    if (next === path) taken = path;
    return next !== undefined && (next === path || isInside(next, path));
  });
}
