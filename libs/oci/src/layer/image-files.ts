import { type FileNode, findNode, makeNode, newFolder, nodesBelow, takeNode } from './file-tree.js';
import type { FileKind, LayerEntry } from './layer-entry.js';

/** What one layer does to the files of the layers below it. */
export interface LayerChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Bytes of this layer that a later layer hides: they are stored and pulled for nothing. */
  readonly wastedBytes: number;
}

/** The files of an image: all of it as a container sees it, and each layer with what it changes. */
export interface ImageFiles {
  readonly root: FileNode;
  /** One root for each layer, with `change` said for each path that it touches. */
  readonly layers: readonly FileNode[];
  readonly changes: readonly LayerChanges[];
}

type Counts = { -readonly [Name in keyof LayerChanges]: LayerChanges[Name] };

/** Lays layers upon each other, the lowest first, by the rules of the OCI image specification for whiteouts. */
export function layFiles(listings: readonly (readonly LayerEntry[])[]): ImageFiles {
  const root = newFolder('', 0);
  const counts = listings.map((): Counts => ({ added: 0, changed: 0, removed: 0, wastedBytes: 0 }));
  const layers = listings.map((entries, layer) => new LayerUpon(root, layer, counts).lay(entries));
  return { root, layers, changes: counts };
}

/** One layer as it is laid upon those below. */
class LayerUpon {
  private readonly own: FileNode;

  constructor(
    private readonly root: FileNode,
    private readonly layer: number,
    private readonly counts: readonly Counts[],
  ) {
    this.own = newFolder('', layer);
  }

  /** A whiteout speaks of lower layers only, wherever in the archive it stands: so it goes first. */
  lay(entries: readonly LayerEntry[]): FileNode {
    for (const { path, kind } of entries) {
      if (kind === 'removed') this.remove(path);
      if (kind === 'emptied') this.empty(path);
    }
    for (const entry of entries) if (isContent(entry)) this.put(entry);
    return this.own;
  }

  private remove(path: string): void {
    const taken = takeNode(this.root, path);
    if (!taken) return;
    this.counts[this.layer]!.removed += this.waste(taken);
    Object.assign(makeNode(this.own, path, this.layer), { kind: taken.kind, change: 'removed' });
  }

  private empty(path: string): void {
    const folder = findNode(this.root, path);
    for (const name of [...(folder?.children.keys() ?? [])]) this.remove(path === '' ? name : `${path}/${name}`);
  }

  private put(entry: LayerEntry & { readonly kind: FileKind }): void {
    const before = findNode(this.root, entry.path);
    if (before?.kind === 'directory' && entry.kind === 'directory') {
      makeNode(this.own, entry.path, this.layer);
      return;
    }
    this.note(entry, before !== undefined && before.layer !== this.layer ? 'changed' : 'added');
    if (before) this.replace(before, entry);
    const { kind, sizeBytes } = entry;
    Object.assign(makeNode(this.root, entry.path, this.layer), { kind, sizeBytes, layer: this.layer });
  }

  /** A file in place of a folder hides all that was in it. */
  private replace(before: FileNode, { path, kind }: LayerEntry): void {
    this.waste(before);
    if (before.kind === 'directory' || kind === 'directory') takeNode(this.root, path);
  }

  private note({ path, kind, sizeBytes }: LayerEntry, change: 'added' | 'changed'): void {
    const node = makeNode(this.own, path, this.layer);
    const count = this.counts[this.layer]!;
    // What a layer takes away and puts again is changed by it, not removed.
    if (node.change === 'removed') count.removed -= 1;
    const made = node.change === 'removed' ? 'changed' : (node.change ?? change);
    if (node.change === null || node.change === 'removed') count[made] += 1;
    Object.assign(node, { kind, sizeBytes, change: made });
  }

  /** What is hidden now is wasted in the layers that have it. @returns the number of paths */
  private waste(start: FileNode): number {
    let paths = 0;
    for (const { node } of nodesBelow(start)) {
      paths += 1;
      if (node.layer !== this.layer) this.counts[node.layer]!.wastedBytes += node.sizeBytes;
    }
    return paths;
  }
}

function isContent(entry: LayerEntry): entry is LayerEntry & { readonly kind: FileKind } {
  return entry.kind !== 'removed' && entry.kind !== 'emptied';
}
