import type { FileKind } from './layer-entry.js';

/** What a layer does to a path, seen from the layers below it. */
export type FileChange = 'added' | 'changed' | 'removed';

/** One path of an image, or of one of its layers. */
export interface FileNode {
  readonly name: string;
  kind: FileKind;
  /** Bytes of its own content. */
  sizeBytes: number;
  /** Index of the layer that has it from. */
  layer: number;
  change: FileChange | null;
  readonly children: Map<string, FileNode>;
}

export function newFolder(name: string, layer: number): FileNode {
  return { name, kind: 'directory', sizeBytes: 0, layer, change: null, children: new Map() };
}

/** The node at `path`; what is not there yet is made. What stands on the way becomes a folder, as unpacking would have it. */
export function makeNode(root: FileNode, path: string, layer: number): FileNode {
  return partsOf(path).reduce((node, name) => {
    const child = node.children.get(name) ?? newFolder(name, layer);
    if (node.kind !== 'directory') Object.assign(node, { kind: 'directory', sizeBytes: 0, layer });
    node.children.set(name, child);
    return child;
  }, root);
}

export function findNode(root: FileNode, path: string): FileNode | undefined {
  return partsOf(path).reduce<FileNode | undefined>((node, name) => node?.children.get(name), root);
}

/** Takes a path away with all below it. @returns what stood there */
export function takeNode(root: FileNode, path: string): FileNode | undefined {
  const parts = partsOf(path);
  const name = parts.at(-1);
  const folder = name === undefined ? undefined : findNode(root, parts.slice(0, -1).join('/'));
  const node = name === undefined ? undefined : folder?.children.get(name);
  if (node) folder?.children.delete(node.name);
  return node;
}

/** Visits a node and all below it, without recursion: strangers chose the depth. */
export function* nodesBelow(start: FileNode, path = ''): Generator<{ readonly path: string; readonly node: FileNode }> {
  const waiting = [{ path, node: start }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (const child of next.node.children.values())
      waiting.push({ path: next.path === '' ? child.name : `${next.path}/${child.name}`, node: child });
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
