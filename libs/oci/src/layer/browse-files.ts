import { type FileChange, type FileNode, findNode, nodesBelow } from './file-tree.js';
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
export function listFolder(root: FileNode, path: string): FileRow[] | null {
  const folder = findNode(root, path);
  if (folder?.kind !== 'directory') return null;
  const rows = [...folder.children.values()].map((node) =>
    rowOf(node, path === '' ? node.name : `${path}/${node.name}`),
  );
  return rows.sort(bySize);
}

/** Paths that contain `words`, whatever the case, the largest first, and at most `most` of them. */
export function searchFiles(root: FileNode, words: string, most: number): FileRow[] {
  const wanted = words.toLowerCase();
  const found: FileRow[] = [];
  for (const { path, node } of nodesBelow(root))
    if (node.kind !== 'directory' && path.toLowerCase().includes(wanted)) found.push(rowOf(node, path));
  return found.sort(bySize).slice(0, most);
}

function rowOf(node: FileNode, path: string): FileRow {
  const row = { path, name: node.name, kind: node.kind, change: node.change, layer: node.layer };
  let [sizeBytes, files] = [0, 0];
  for (const { node: each } of nodesBelow(node)) {
    sizeBytes += each.sizeBytes;
    files += each.kind === 'directory' ? 0 : 1;
  }
  return { ...row, sizeBytes, files };
}

function bySize(a: FileRow, b: FileRow): number {
  return b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1);
}
