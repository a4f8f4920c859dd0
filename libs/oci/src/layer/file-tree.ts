import type { Sliced } from '@cooperage/domain';
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
  children: ReadonlyMap<string, FileNode>;
}

/** An image has more files and folders than are laid out: a path of one entry may name a hundred folders. */
export class TooManyFilesError extends Error {
  override readonly name = 'TooManyFilesError';
}

/** Nodes that a tree may still have. A folder with something in it counts twice; one count is some 150 bytes of memory. */
export class NodeCount {
  private counted = 0;

  constructor(private readonly most: number) {}

  get taken(): number {
    return this.counted;
  }

  /** @throws {TooManyFilesError} */
  take(): void {
    this.counted += 1;
    if (this.counted > this.most) throw new TooManyFilesError('the image has too many files and folders');
  }
}

/** Most nodes are files, which need no map. */
const nothing: ReadonlyMap<string, FileNode> = new Map();

export function newFolder(name: string, layer: number): FileNode {
  return { name, kind: 'directory', sizeBytes: 0, layer, change: null, children: nothing };
}

/**
 * The node at `path`; what is not there yet is made. What stands on the way becomes a folder, as unpacking would have it.
 * @throws {TooManyFilesError}
 */
export function makeNode(root: FileNode, path: string, layer: number, count: NodeCount): FileNode {
  return partsOf(path).reduce((node, name) => {
    if (node.kind !== 'directory') Object.assign(node, { kind: 'directory', sizeBytes: 0, layer });
    const known = node.children.get(name);
    if (known) return known;
    count.take();
    const child = newFolder(name, layer);
    if (node.children === nothing) {
      count.take();
      node.children = new Map();
    }
    (node.children as Map<string, FileNode>).set(name, child);
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
  if (node && folder) (folder.children as Map<string, FileNode>).delete(node.name);
  return node;
}

/** Nodes between two pauses of a walk, some hundred microseconds. */
const nodesPerSlice = 256;

/** Visits a node and all below it, without recursion: strangers chose the depth. Lets go now and then. */
export function* visitBelow(start: FileNode, visit: (node: FileNode, path: string) => void, path = ''): Sliced<void> {
  const waiting = [{ path, node: start }];
  let visited = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    visit(next.node, next.path);
    visited += 1;
    if (visited % nodesPerSlice === 0) yield;
    for (const child of next.node.children.values())
      waiting.push({ path: next.path === '' ? child.name : `${next.path}/${child.name}`, node: child });
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
