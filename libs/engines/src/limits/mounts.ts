import type { Look } from './look.js';

/** One line of `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)), as far as is needed here. */
interface Mount {
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly root: string;
  readonly at: string;
  readonly writable: boolean;
  readonly type: string;
  readonly options: string;
}

/** File systems that keep nothing on a disk. */
const inMemory =
  /^(?:proc|sysfs|tmpfs|devpts|devtmpfs|mqueue|cgroup2?|bpf|nsfs|ramfs|hugetlbfs|tracefs|debugfs|securityfs)$/;

export function mountOf(line: string): Mount {
  const [before = '', after = ''] = line.split(' - ');
  const [, , device = '', root = '', at = '', options = ''] = before.split(' ');
  const [type = '', , superOptions = ''] = after.split(' ');
  return { device, root: plain(root), at: plain(at), writable: isWritable(options), type, options: superOptions };
}

/** What a process has mounted. A build decides how much that is, so nothing is searched for one by one. */
export class MountTable {
  readonly all: Mount[] = [];
  private readonly first = new Map<string, { readonly order: number; readonly mount: Mount }>();
  root: Mount | undefined;

  /** In the order of the table: the last root hides the ones before. */
  add(mount: Mount): void {
    if (mount.at === '/') this.root = mount;
    const key = keyOf(mount.device, mount.root);
    if (!this.first.has(key)) this.first.set(key, { order: this.all.length, mount });
    this.all.push(mount);
  }

  /** The first mount that shows this folder of a file system. */
  showing(device: string, folder: string): Mount | undefined {
    let found = this.first.get(keyOf(device, '/'));
    for (let end = folder.length; end > 0; end = folder.lastIndexOf('/', end - 1)) {
      const other = this.first.get(keyOf(device, folder.slice(0, end)));
      if (other && (!found || other.order < found.order)) found = other;
    }
    return found?.mount;
  }
}

function keyOf(device: string, root: string): string {
  return `${device} ${root}`;
}

export interface WrittenFolder {
  /** As this process sees it. */
  readonly path: string;
  /** A layer that was empty when it was mounted, not a folder in which something may have been before. */
  readonly isLayer: boolean;
}

/**
 * Where a contained process writes to a disk: the top layer of its root, and what is mounted into it besides, a cache
 * mount for example. What cannot be seen from here is left out. Null while it still has our own root: its runtime has not
 * contained it yet.
 * @throws {BuildFailure} `DiskLimit` when there are too many mounts
 */
export async function writtenFolders(
  theirs: MountTable,
  ours: MountTable,
  look: Look,
): Promise<WrittenFolder[] | null> {
  const { root } = theirs;
  if (!root || (root.device === ours.root?.device && root.root === ours.root.root)) return null;
  const folders: WrittenFolder[] = [];
  for (const mount of theirs.all) {
    const turn = look.take();
    if (turn) await turn;
    if (!mount.writable || inMemory.test(mount.type)) continue;
    folders.push(...(mount.type === 'overlay' ? topLayer(mount) : placeIn(ours, mount)));
  }
  return folders;
}

/** The layer of a root that somebody has mounted, by its device. */
export function layerOn({ all }: MountTable, device: string | null): WrittenFolder | null {
  const mount = all.find((one) => one.type === 'overlay' && one.device === device);
  return mount ? (topLayer(mount)[0] ?? null) : null;
}

function topLayer({ options }: Mount): WrittenFolder[] {
  const folder = /(?:^|,)upperdir=((?:[^,\\]|\\.)+)/.exec(options)?.[1];
  // Some drivers name it from a folder of their own, which nobody else knows.
  return folder?.startsWith('/') ? [{ path: plain(folder), isLayer: true }] : [];
}

function placeIn(here: MountTable, { device, root, at }: Mount): WrittenFolder[] {
  const known = here.showing(device, root);
  if (!known) return [];
  const rest = root.slice(known.root === '/' ? 0 : known.root.length);
  return [{ path: `${known.at === '/' ? '' : known.at}${rest}` || '/', isLayer: at === '/' }];
}

function isWritable(options: string): boolean {
  return options.split(',').includes('rw');
}

/** Spaces and the like are written as `\040`. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
