import type { ObjectReader } from './object-reader.js';
import { findTreeEntry } from './tree-object.js';

export type Resolved =
  | { readonly kind: 'file' | 'folder'; readonly id: string }
  | { readonly kind: 'missing' | 'outside' | 'loop' };

const maxLinks = 20;
const maxLinkBytes = 4096;
const maxTreeBytes = 32 * 1024 * 1024;

/**
 * Follows a path inside one commit's tree as a file system would: symbolic links are followed as long as they stay
 * inside; one that leads out of the repository, or in circles, is refused (S-026 of the threat list). No file of this
 * machine is ever opened.
 * @param path slash-separated, relative to the root tree, `.` for the root itself.
 */
export async function resolvePath(reader: ObjectReader, rootTree: string, path: string): Promise<Resolved> {
  const ahead = path.split('/').reverse();
  const folders = [rootTree];
  let links = 0;
  while (ahead.length > 0) {
    const part = ahead.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      folders.pop();
      if (folders.length === 0) return { kind: 'outside' };
      continue;
    }
    const entry = await entryOf(reader, folders.at(-1)!, part);
    if (entry?.kind === 'folder') folders.push(entry.id);
    else if (entry?.kind === 'symlink') {
      if (++links > maxLinks) return { kind: 'loop' };
      const target = await linkTarget(reader, entry.id);
      if (target === undefined) return { kind: 'missing' };
      if (target.startsWith('/')) return { kind: 'outside' };
      ahead.push(...target.split('/').reverse());
    } else if (entry?.kind === 'file' && ahead.every((rest) => rest === '' || rest === '.'))
      return { kind: 'file', id: entry.id };
    else return { kind: 'missing' };
  }
  return { kind: 'folder', id: folders.at(-1)! };
}

async function entryOf(reader: ObjectReader, tree: string, name: string) {
  const object = await reader.read(tree, maxTreeBytes);
  return object?.type === 'tree' ? findTreeEntry(object.content, name) : undefined;
}

/** @returns undefined for a target that no file system would take. */
export async function linkTarget(reader: ObjectReader, id: string): Promise<string | undefined> {
  const object = await reader.read(id, maxLinkBytes).catch(() => undefined);
  const target = object?.content.toString('utf8');
  return target === undefined || target === '' || target.includes('\0') ? undefined : target;
}
