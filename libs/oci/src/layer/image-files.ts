import { inTurns, type Sliced } from '@cooperage/domain';
import { type FileNode, findNode, makeNode, NodeCount, newFolder, takeNode, visitBelow } from './file-tree.js';
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
  /** How much memory the nodes take, as `NodeCount` counts. */
  readonly nodes: number;
}

type Counts = { -readonly [Name in keyof LayerChanges]: LayerChanges[Name] };

/** A layer of 100,000 files makes 200,000 nodes: one in the image, one in the layer. Together some 90 MB. */
const mostImageNodes = 600_000;

/** Entries between two pauses. */
const entriesPerSlice = 64;

/**
 * Lays layers upon each other, the lowest first, by the rules of the OCI image specification for whiteouts. Others have their
 * turn meanwhile.
 * @throws {TooManyFilesError} beyond `most` nodes
 */
export async function layFiles(
  listings: Iterable<readonly LayerEntry[]> | AsyncIterable<readonly LayerEntry[]>,
  most = mostImageNodes,
): Promise<ImageFiles> {
  const root = newFolder('', 0);
  const count = new NodeCount(most);
  const changes: Counts[] = [];
  const layers: FileNode[] = [];
  for await (const entries of listings) {
    changes.push({ added: 0, changed: 0, removed: 0, wastedBytes: 0 });
    layers.push(await inTurns(new LayerUpon(root, layers.length, changes, count).lay(entries)));
  }
  return { root, layers, changes, nodes: count.taken };
}

/** One layer as it is laid upon those below. */
class LayerUpon {
  private readonly own: FileNode;

  constructor(
    private readonly root: FileNode,
    private readonly layer: number,
    private readonly counts: readonly Counts[],
    private readonly nodes: NodeCount,
  ) {
    this.own = newFolder('', layer);
  }

  /** A whiteout speaks of lower layers only, wherever in the archive it stands: so it goes first. */
  *lay(entries: readonly LayerEntry[]): Sliced<FileNode> {
    for (const [at, { path, kind }] of entries.entries()) {
      if (kind === 'removed') yield* this.remove(path);
      if (kind === 'emptied') yield* this.empty(path);
      if (at % entriesPerSlice === 0) yield;
    }
    for (const [at, entry] of entries.entries()) {
      if (isContent(entry)) yield* this.put(entry);
      if (at % entriesPerSlice === 0) yield;
    }
    return this.own;
  }

  private *remove(path: string): Sliced<void> {
    const taken = takeNode(this.root, path);
    if (!taken) return;
    this.counts[this.layer]!.removed += yield* this.waste(taken);
    Object.assign(this.ownNode(path), { kind: taken.kind, change: 'removed' });
  }

  private *empty(path: string): Sliced<void> {
    const folder = findNode(this.root, path);
    for (const name of [...(folder?.children.keys() ?? [])]) {
      yield* this.remove(path === '' ? name : `${path}/${name}`);
      yield;
    }
  }

  private *put(entry: LayerEntry & { readonly kind: FileKind }): Sliced<void> {
    const before = findNode(this.root, entry.path);
    if (before?.kind === 'directory' && entry.kind === 'directory') {
      this.ownNode(entry.path);
      return;
    }
    this.note(entry, before !== undefined && before.layer !== this.layer ? 'changed' : 'added');
    if (before) yield* this.replace(before, entry);
    const { kind, sizeBytes } = entry;
    Object.assign(makeNode(this.root, entry.path, this.layer, this.nodes), { kind, sizeBytes, layer: this.layer });
  }

  /** A file in place of a folder hides all that was in it. */
  private *replace(before: FileNode, { path, kind }: LayerEntry): Sliced<void> {
    yield* this.waste(before);
    if (before.kind === 'directory' || kind === 'directory') takeNode(this.root, path);
  }

  private note({ path, kind, sizeBytes }: LayerEntry, change: 'added' | 'changed'): void {
    const node = this.ownNode(path);
    const count = this.counts[this.layer]!;
    // What a layer takes away and puts again is changed by it, not removed.
    if (node.change === 'removed') count.removed -= 1;
    const made = node.change === 'removed' ? 'changed' : (node.change ?? change);
    if (node.change === null || node.change === 'removed') count[made] += 1;
    Object.assign(node, { kind, sizeBytes, change: made });
  }

  /** What is hidden now is wasted in the layers that have it. @returns the number of paths */
  private *waste(start: FileNode): Sliced<number> {
    let paths = 0;
    yield* visitBelow(start, (node) => {
      paths += 1;
      if (node.layer !== this.layer) this.counts[node.layer]!.wastedBytes += node.sizeBytes;
    });
    return paths;
  }

  private ownNode(path: string): FileNode {
    return makeNode(this.own, path, this.layer, this.nodes);
  }
}

function isContent(entry: LayerEntry): entry is LayerEntry & { readonly kind: FileKind } {
  return entry.kind !== 'removed' && entry.kind !== 'emptied';
}
