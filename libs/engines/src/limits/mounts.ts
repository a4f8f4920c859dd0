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

function mountsOf(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', root = '', at = '', options = ''] = before.split(' ');
    const [type = '', , superOptions = ''] = after.split(' ');
    if (at === '') return [];
    return [{ device, root: plain(root), at: plain(at), writable: isWritable(options), type, options: superOptions }];
  });
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
 * @param theirs `/proc/<pid>/mountinfo` @param ours `/proc/self/mountinfo`
 */
export function writtenFolders(theirs: string, ours: string): WrittenFolder[] | null {
  const here = mountsOf(ours);
  const there = mountsOf(theirs);
  const [root, ownRoot] = [there, here].map((mounts) => mounts.findLast(({ at }) => at === '/'));
  if (!root || (root.device === ownRoot?.device && root.root === ownRoot.root)) return null;
  return there
    .filter(({ writable, type }) => writable && !inMemory.test(type))
    .flatMap((mount) => (mount.type === 'overlay' ? topLayer(mount) : placeIn(here, mount)));
}

function topLayer({ options }: Mount): WrittenFolder[] {
  const folder = /(?:^|,)upperdir=((?:[^,\\]|\\.)+)/.exec(options)?.[1];
  // Some drivers name it from a folder of their own, which nobody else knows.
  return folder?.startsWith('/') ? [{ path: plain(folder), isLayer: true }] : [];
}

function placeIn(here: readonly Mount[], { device, root, at }: Mount): WrittenFolder[] {
  const known = here.find((mount) => mount.device === device && isWithin(root, mount.root));
  if (!known) return [];
  const rest = root.slice(known.root === '/' ? 0 : known.root.length);
  return [{ path: `${known.at === '/' ? '' : known.at}${rest}` || '/', isLayer: at === '/' }];
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function isWritable(options: string): boolean {
  return options.split(',').includes('rw');
}

/** Spaces and the like are written as `\040`. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
