import type { Sliced } from '@cooperage/domain';
import { type FileChange, type FileNode, findNode, visitBelow } from './file-tree.js';
import type { FileKind } from './layer-entry.js';

/** One row of a folder: a folder below it counts with all that it holds. */
export interface FileRow {
  readonly path: string;
  readonly name: string;
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** Files and links, itself included; folders do not count. */
  readonly files: number;
  readonly change: FileChange | null;
  readonly layer: number;
}

/** What stands in a folder, the largest first; null when there is no such folder. */
export function* listFolder(root: FileNode, path: string): Sliced<FileRow[] | null> {
  const folder = findNode(root, path);
  if (folder?.kind !== 'directory') return null;
  const rows: FileRow[] = [];
  for (const node of folder.children.values()) {
    rows.push(yield* rowOf(node, path === '' ? node.name : `${path}/${node.name}`));
    if (rows.length % 256 === 0) yield;
  }
  return rows.sort(bySize);
}

/** Paths that contain `words`, whatever the case, the largest first, and at most `most` of them. */
export function* searchFiles(root: FileNode, words: string, most: number): Sliced<FileRow[]> {
  const wanted = words.toLowerCase();
  let found: FileRow[] = [];
  yield* visitBelow(root, (node, path) => {
    if (node.kind === 'directory' || !path.toLowerCase().includes(wanted)) return;
    found.push(fileRow(node, path));
    if (found.length >= 4 * most) found = largest(found, most);
  });
  return largest(found, most);
}

function largest(rows: FileRow[], most: number): FileRow[] {
  return rows.sort(bySize).slice(0, most);
}

/** What is no folder has nothing below it. */
function fileRow(node: FileNode, path: string): FileRow {
  const { name, kind, change, layer, sizeBytes } = node;
  return { ...{ path, name, kind, change, layer }, sizeBytes, files: 1 };
}

function* rowOf(node: FileNode, path: string): Sliced<FileRow> {
  if (node.kind !== 'directory') return fileRow(node, path);
  const { name, kind, change, layer } = node;
  let [sizeBytes, files] = [0, 0];
  yield* visitBelow(node, (each) => {
    sizeBytes += each.sizeBytes;
    files += each.kind === 'directory' ? 0 : 1;
  });
  return { ...{ path, name, kind, change, layer }, sizeBytes, files };
}

function bySize(a: FileRow, b: FileRow): number {
  return b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1);
}
