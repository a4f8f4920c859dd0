import { setImmediate } from 'node:timers/promises';
import type { DockerIgnore, FolderMatches } from './docker-ignore.js';

/** Anything with a path, slash-separated and relative to the context. */
export interface Placed {
  readonly path: string;
}

/** What a builder gets: folders before what is in them, sorted by path component (an order that BuildKit demands). */
export type Selected<T> = { readonly path: string; readonly entry: T | undefined };

/** Others in this process get their turn at least this often. */
const longestTurnMs = 20;

interface OpenFolder {
  readonly path: string;
  readonly matches: FolderMatches;
  /** Everything in it is ignored, without exception. */
  readonly isClosed: boolean;
  isSelected: boolean;
}

/**
 * Applies the ignore rules to a context and adds its folders: those that are not ignored themselves, and those that hold
 * something that is not, exactly as BuildKit's own walk does.
 * @param entries everything but folders, in any order.
 * @param spend is called before each is added, and throws where it is too much: a few paths can have millions of folders
 */
export async function selectContext<T extends Placed>(
  entries: readonly T[],
  ignore: DockerIgnore,
  spend: (selected: Selected<T>) => void = () => undefined,
): Promise<Selected<T>[]> {
  const selected: Selected<T>[] = [];
  const add = (each: Selected<T>): void => {
    spend(each);
    selected.push(each);
  };
  const stack: OpenFolder[] = [];
  const enter = (path: string): void => {
    const above = stack.at(-1);
    if (above?.isClosed) stack.push({ path, matches: above.matches, isClosed: true, isSelected: false });
    else {
      const { isIgnored, matches } = ignore.judge(path, above?.matches);
      stack.push({ path, matches, isClosed: isIgnored && !ignore.hasExceptions, isSelected: false });
      if (!isIgnored) selectFolders(stack, add);
    }
  };
  let pausedAt = performance.now();
  for (const entry of sortedByComponent(entries)) {
    if (performance.now() - pausedAt > longestTurnMs) {
      await setImmediate();
      pausedAt = performance.now();
    }
    moveTo(folderOf(entry.path), stack, enter);
    const folder = stack.at(-1);
    if (folder?.isClosed || ignore.judge(entry.path, folder?.matches).isIgnored) continue;
    selectFolders(stack, add);
    add({ path: entry.path, entry });
  }
  return selected;
}

/** Slash sorts before every other byte, so that a folder's content follows it directly. */
function sortedByComponent<T extends Placed>(entries: readonly T[]): T[] {
  const keyed = entries.map((entry) => ({ entry, key: Buffer.from(entry.path.replaceAll('/', '\0')) }));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
}

function moveTo(folder: string, stack: OpenFolder[], enter: (path: string) => void): void {
  while (stack.length > 0 && !isInside(folder, stack.at(-1)!.path)) stack.pop();
  if (folder === '') return;
  const known = stack.at(-1)?.path.length ?? -1;
  for (let end = folder.indexOf('/', known + 1); end >= 0; end = folder.indexOf('/', end + 1))
    enter(folder.slice(0, end));
  if (known < folder.length) enter(folder);
}

function isInside(folder: string, ancestor: string): boolean {
  return folder === ancestor || folder.startsWith(`${ancestor}/`);
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Lists the open folders that are not listed yet. */
function selectFolders(stack: readonly OpenFolder[], add: (folder: Selected<never>) => void): void {
  for (const folder of stack) {
    if (folder.isSelected) continue;
    folder.isSelected = true;
    add({ path: folder.path, entry: undefined });
  }
}
