import { setImmediate } from 'node:timers/promises';
import { BuildFailure, type ChangedPaths, changedPathLimits } from '@cooperage/domain';
import { ObjectTooLarge } from '../objects/batch-parser.js';
import type { ObjectReader } from '../objects/object-reader.js';
import { kindOfMode, type RawTreeEntry, treeEntries } from '../objects/tree-object.js';
import { orAborted } from '../or-aborted.js';

/** One folder of two trees; null where it is not there. */
interface Pair {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Others in this process get their turn after so many entries. */
const turnEntries = 2_000;
/** Two of them are in memory at once. */
const maxTreeBytes = 16 * 1024 * 1024;
const empty = Buffer.alloc(0);
const none: RawTreeEntry = { mode: '', name: empty, id: empty };

/**
 * The paths whose content, mode or existence differs between two trees, in no order. A renamed file is two paths.
 * Git keeps all of them in memory before it prints one, so the trees are compared here, and no further than the limits.
 * @throws {BrokenObject} for a folder that the mirror does not hold, or not as its id says; the signal's reason
 */
export async function changedPaths(
  reader: Pick<ObjectReader, 'read'>,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<Exclude<ChangedPaths, null>> {
  const comparison = new TreeComparison(reader, signal);
  try {
    return await comparison.of(from, to);
  } catch (error) {
    if (error instanceof TooMany || error instanceof ObjectTooLarge) return 'too_many';
    throw error;
  }
}

class TooMany extends Error {}

class TreeComparison {
  readonly #reader: Pick<ObjectReader, 'read'>;
  readonly #signal: AbortSignal | undefined;
  readonly #paths: string[] = [];
  readonly #ahead: Pair[] = [];
  #folders = 0;
  #entries = 0;
  #pathBytes = 0;
  #leftBytes: number = changedPathLimits.folderBytes;

  constructor(reader: Pick<ObjectReader, 'read'>, signal: AbortSignal | undefined) {
    this.#reader = reader;
    this.#signal = signal;
  }

  async of(from: string, to: string): Promise<string[]> {
    if (from !== to) this.#ahead.push({ path: '', from, to });
    for (let pair = this.#ahead.pop(); pair; pair = this.#ahead.pop()) await this.#compare(pair);
    return this.#paths;
  }

  /** Both are in git's order. One that is not only has more differences. */
  async #compare({ path, from, to }: Pair): Promise<void> {
    const olds = treeEntries(await this.#read(from));
    const news = treeEntries(await this.#read(to));
    let [before, after] = [olds.next(), news.next()];
    while (!before.done || !after.done) {
      if (++this.#entries % turnEntries === 0) await setImmediate();
      this.#signal?.throwIfAborted();
      const order = before.done ? 1 : after.done ? -1 : Buffer.compare(orderKey(before.value), orderKey(after.value));
      this.#take(path, order <= 0 ? before.value! : none, order >= 0 ? after.value! : none);
      if (order <= 0) before = olds.next();
      if (order >= 0) after = news.next();
    }
  }

  #take(folder: string, before: RawTreeEntry, after: RawTreeEntry): void {
    if (before.id.equals(after.id) && before.mode === after.mode) return;
    const { name, mode } = before === none ? after : before;
    const isFolder = kindOfMode(mode) === 'folder';
    // A folder has one mode, which git wrote in two ways.
    if (isFolder && before.id.equals(after.id)) return;
    const path = `${folder}${name.toString('utf8')}`;
    this.#pathBytes += Buffer.byteLength(path);
    if (this.#pathBytes > changedPathLimits.pathBytes) throw new TooMany();
    if (!isFolder) {
      if (this.#paths.push(path) > changedPathLimits.paths) throw new TooMany();
      return;
    }
    if (++this.#folders > changedPathLimits.folders) throw new TooMany();
    this.#ahead.push({ path: `${path}/`, from: idOf(before), to: idOf(after) });
  }

  async #read(id: string | null): Promise<Buffer> {
    if (id === null) return empty;
    const object = await orAborted(this.#reader.read(id, Math.min(maxTreeBytes, this.#leftBytes)), this.#signal);
    if (object.type !== 'tree')
      throw new BuildFailure('SourceUnavailable', "The worker's copy of the repository could not be read.");
    this.#leftBytes -= object.content.length;
    return object.content;
  }
}

function idOf({ id }: RawTreeEntry): string | null {
  return id.length === 0 ? null : id.toString('hex');
}

/** Git sorts a folder as if its name ended in a slash, so a file and a folder of the same name are two entries. */
function orderKey({ mode, name }: RawTreeEntry): Buffer {
  return kindOfMode(mode) === 'folder' ? Buffer.concat([name, slash]) : name;
}

const slash = Buffer.from('/');
