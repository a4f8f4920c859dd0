import { setImmediate } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';
import { orAborted } from '../or-aborted.js';
import type { SourceLimits } from '../source-limits.js';
import type { ObjectReader } from './object-reader.js';
import { kindOfMode, type RawTreeEntry, type TreeEntry, treeEntries } from './tree-object.js';

/** One file, symbolic link or submodule below a tree. */
export interface FoundEntry {
  readonly kind: Exclude<TreeEntry['kind'], 'folder'>;
  readonly isExecutable: boolean;
  readonly id: string;
  /** The path's bytes, relative to the tree. */
  readonly path: Buffer;
}

export type ListLimits = Pick<SourceLimits, 'maxFiles' | 'maxPathBytes' | 'maxPathsBytes'>;

interface Folder {
  readonly id: string;
  /** Its path with a slash behind it; empty for the tree itself. */
  readonly prefix: Buffer;
}

const MiB = 1024 * 1024;
/** One that is larger names more than any limit lets pass. */
const maxTreeBytes = 64 * MiB;
/** All of them together. Those of the largest context that is allowed have half of it. */
const maxTreesBytes = 256 * MiB;
/** Asked for at once: the answers come one behind the other. */
const foldersAtOnce = 32;
/** Others in this process get their turn after so many entries. */
const turnEntries = 5_000;

/**
 * Everything below a tree, at any depth, in no order. Git could list it in one go, but computes the id of no tree that it reads: here each comes by
 * the reader, which does.
 */
export class TreeWalk {
  readonly #reader: Pick<ObjectReader, 'read'>;
  readonly #limits: ListLimits;
  readonly #signal: AbortSignal;
  readonly #found: FoundEntry[] = [];
  #ahead: Folder[] = [];
  #folders = 0;
  #entries = 0;
  #pathsBytes = 0;
  #foldersBytes = 0;
  #treesBytes = 0;

  constructor(reader: Pick<ObjectReader, 'read'>, limits: ListLimits, signal: AbortSignal) {
    this.#reader = reader;
    this.#limits = limits;
    this.#signal = signal;
  }

  /**
   * @throws {BuildFailure} `SourceTooLarge` beyond a limit: a tree of trees names far more files than it has bytes, and each path repeats the
   * names of the folders above it. {BrokenObject}; the signal's reason
   */
  async of(tree: string): Promise<FoundEntry[]> {
    this.#ahead = [{ id: tree, prefix: Buffer.alloc(0) }];
    while (this.#ahead.length > 0) {
      this.#signal.throwIfAborted();
      await Promise.all(this.#ahead.splice(-foldersAtOnce).map((folder) => this.#read(folder)));
    }
    return this.#found;
  }

  async #read({ id, prefix }: Folder): Promise<void> {
    const { type, content } = await orAborted(this.#reader.read(id, maxTreeBytes), this.#signal);
    if (type !== 'tree')
      throw new BuildFailure('PolicyRefused', 'The commit names something as a folder that is none.');
    this.#treesBytes += content.length;
    if (this.#treesBytes > maxTreesBytes)
      throw new BuildFailure(
        'SourceTooLarge',
        `The lists of the context’s folders have more than ${maxTreesBytes} bytes.`,
      );
    for (const entry of treeEntries(content)) {
      if (++this.#entries % turnEntries === 0) {
        await setImmediate();
        this.#signal.throwIfAborted();
      }
      this.#take(prefix, entry);
    }
  }

  #take(prefix: Buffer, { mode: written, name, id: bytes }: RawTreeEntry): void {
    if (prefix.length + name.length > this.#limits.maxPathBytes) throw pathTooLong(this.#limits);
    const mode = gitMode(written);
    const [kind, id] = [kindOfMode(mode), bytes.toString('hex')];
    const path = Buffer.concat([prefix, name]);
    if (kind === 'folder') this.#enter(id, path);
    else this.#add({ kind, isExecutable: mode === '100755', id, path });
  }

  #add(file: FoundEntry): void {
    this.#pathsBytes += file.path.length;
    if (this.#pathsBytes > this.#limits.maxPathsBytes) throw pathsTooLong(this.#limits);
    this.#found.push(file);
    if (this.#found.length > this.#limits.maxFiles) throw tooMany(this.#limits, 'files');
  }

  /** Folders have the same limits of their own: without a file in any of them they would be walked for ever. */
  #enter(id: string, path: Buffer): void {
    if (++this.#folders > this.#limits.maxFiles) throw tooMany(this.#limits, 'folders');
    this.#foldersBytes += path.length;
    if (this.#foldersBytes > this.#limits.maxPathsBytes) throw pathsTooLong(this.#limits);
    this.#ahead.push({ id, prefix: Buffer.concat([path, slash]) });
  }
}

/** As git takes the odd modes that old tools wrote. */
function gitMode(written: string): string {
  const mode = Number.parseInt(written, 8);
  const type = mode & 0o170000;
  if (type === 0o100000) return mode & 0o100 ? '100755' : '100644';
  if (type === 0o040000) return '40000';
  return type === 0o120000 ? '120000' : '160000';
}

const slash = Buffer.from('/');

function tooMany({ maxFiles }: ListLimits, what: string): BuildFailure {
  return new BuildFailure('SourceTooLarge', `The context has more than ${maxFiles} ${what}.`);
}

function pathTooLong({ maxPathBytes }: ListLimits): BuildFailure {
  return new BuildFailure('SourceTooLarge', `The context has a path of more than ${maxPathBytes} bytes.`);
}

export function pathsTooLong({ maxPathsBytes }: ListLimits): BuildFailure {
  const message = `The paths of the context’s files and folders have more than ${maxPathsBytes} bytes together.`;
  return new BuildFailure('SourceTooLarge', message);
}
