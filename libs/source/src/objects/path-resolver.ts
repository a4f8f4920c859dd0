import { orAborted } from '../or-aborted.js';
import { ObjectTooLarge } from './batch-parser.js';
import type { ObjectReader } from './object-reader.js';
import { findTreeEntry, type TreeEntry } from './tree-object.js';

export type Resolved =
  | { readonly kind: 'file' | 'folder'; readonly id: string }
  /** `long` and `large`: beyond `maxParts`, or `maxReadBytes`. */
  | { readonly kind: 'missing' | 'outside' | 'loop' | 'long' | 'large' };

type Objects = Pick<ObjectReader, 'read'>;

const maxLinks = 20;
const maxLinkBytes = 4096;
const maxTreeBytes = 32 * 1024 * 1024;

/** Names that one path may lead through, those of its links and `..` included: each may be a read of a tree. */
export const maxParts = 255;
/** Bytes of trees that are read for all paths of one preparation. An ordinary folder has some kilobytes. */
export const maxReadBytes = 256 * 1024 * 1024;

/**
 * Follows paths inside one commit's tree as a file system would: symbolic links are followed as long as they stay
 * inside; one that leads out of the repository, or in circles, is refused (S-026 of the threat list). No file of this
 * machine is ever opened. One is made for each preparation, and no name of a tree is looked for twice.
 */
export class PathResolver {
  readonly #found = new Map<string, TreeEntry | undefined>();
  readonly #reader: Objects;
  readonly #signal: AbortSignal | undefined;
  #leftBytes: number;

  constructor(reader: Objects, signal?: AbortSignal, readBytes = maxReadBytes) {
    this.#reader = reader;
    this.#signal = signal;
    this.#leftBytes = readBytes;
  }

  /**
   * @param path slash-separated, relative to the root tree, `.` for the root itself.
   * @throws the signal's reason; {ObjectTooLarge} for a tree that is larger than any is read
   */
  async resolve(rootTree: string, path: string): Promise<Resolved> {
    const ahead = path.split('/').reverse();
    const folders = [rootTree];
    let [links, parts] = [0, 0];
    while (ahead.length > 0) {
      this.#signal?.throwIfAborted();
      const part = ahead.pop()!;
      if (part === '' || part === '.') continue;
      if (++parts > maxParts) return { kind: 'long' };
      if (part === '..') {
        folders.pop();
        if (folders.length === 0) return { kind: 'outside' };
        continue;
      }
      const entry = await this.#entryOf(folders.at(-1)!, part);
      if (entry === 'large') return { kind: 'large' };
      if (entry?.kind === 'folder') folders.push(entry.id);
      else if (entry?.kind === 'symlink') {
        if (++links > maxLinks) return { kind: 'loop' };
        const target = await orAborted(linkTarget(this.#reader, entry.id), this.#signal);
        if (target === undefined) return { kind: 'missing' };
        if (target.startsWith('/')) return { kind: 'outside' };
        ahead.push(...target.split('/').reverse());
      } else if (entry?.kind === 'file' && ahead.every((rest) => rest === '' || rest === '.'))
        return { kind: 'file', id: entry.id };
      else return { kind: 'missing' };
    }
    return { kind: 'folder', id: folders.at(-1)! };
  }

  async #entryOf(tree: string, name: string): Promise<TreeEntry | undefined | 'large'> {
    const key = `${tree} ${name}`;
    if (this.#found.has(key)) return this.#found.get(key);
    const maxBytes = Math.min(maxTreeBytes, this.#leftBytes);
    const object = await orAborted(this.#reader.read(tree, maxBytes), this.#signal).catch((error: unknown) => {
      if (error instanceof ObjectTooLarge && maxBytes < maxTreeBytes) return 'large' as const;
      throw error;
    });
    if (object === 'large') return object;
    this.#leftBytes -= object.content.length;
    const entry = object.type === 'tree' ? await findTreeEntry(object.content, name, this.#signal) : undefined;
    this.#found.set(key, entry);
    return entry;
  }
}

/** @returns undefined for a target that no file system would take. */
export async function linkTarget(reader: Objects, id: string): Promise<string | undefined> {
  const object = await reader.read(id, maxLinkBytes).catch((error: unknown) => {
    if (error instanceof ObjectTooLarge) return undefined;
    throw error;
  });
  const target = object?.content.toString('utf8');
  return target === undefined || target === '' || target.includes('\0') ? undefined : target;
}
