import { statfs } from 'node:fs/promises';
import { BuildFailure, type DiskRoom, diskRooms, diskRoomText } from '@cooperage/domain';

const pollMs = 200;

/**
 * @param minFreeBytes null for the floor that the disk itself has. Its inodes have theirs in any case
 * @param undone a sentence: what is not done because of it
 * @returns why nothing more is written to the disk of this folder; null where there is room or the disk does not say
 */
export async function fullDisk(
  folder: string,
  minFreeBytes: number | null,
  undone = 'The commit was not fetched.',
): Promise<BuildFailure | null> {
  const short = await shortRoom(folder, minFreeBytes);
  return short ? new BuildFailure('DiskFull', `${undone} The disk ${diskRoomText(short)}.`) : null;
}

/** Whether the disk of this folder stays above its floor when that many bytes are written to it. */
export async function hasRoomFor(bytes: number, folder: string, minFreeBytes: number | null): Promise<boolean> {
  return (await shortRoom(folder, minFreeBytes, bytes)) === undefined;
}

/**
 * Makes a repository that is not there yet.
 * @throws {BuildFailure} `DiskFull` where that fails and the disk is full: it says nothing of the git host (R15B-4)
 */
export async function ensureOn(
  repository: { ensure(): Promise<unknown> },
  { mirrorRoot, limits }: { readonly mirrorRoot: string; readonly limits: { readonly minFreeBytes: number | null } },
): Promise<void> {
  await repository.ensure().catch(async (error: unknown) => {
    throw (await fullDisk(mirrorRoot, limits.minFreeBytes)) ?? error;
  });
}

/**
 * Runs a git that writes. No git looks at a floor by itself.
 * @param look says why nothing more may be written, see `fullDisk`
 * @param work ends when its signal is aborted. It is not begun where nothing may be written
 * @throws {BuildFailure} what `look` says
 */
export async function aboveFloor<T>(
  look: () => Promise<BuildFailure | null>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const floor = new AbortController();
  const check = async () => {
    const failure = await look();
    if (failure) floor.abort(failure);
  };
  await check();
  floor.signal.throwIfAborted();
  const timer = setInterval(() => void check(), pollMs);
  try {
    return await work(floor.signal);
  } finally {
    clearInterval(timer);
  }
}

async function shortRoom(folder: string, minFreeBytes: number | null, bytesToWrite = 0): Promise<DiskRoom | undefined> {
  const space = await statfs(folder).catch(() => null);
  if (!space) return undefined;
  const { bavail, blocks, bsize, files, ffree } = space;
  const [bytes, ...others] = diskRooms({
    ...{ freeBytes: bavail * bsize - bytesToWrite, totalBytes: blocks * bsize },
    ...{ freeFiles: ffree, totalFiles: files },
  });
  const rooms = [{ ...bytes, floor: minFreeBytes ?? bytes.floor }, ...others];
  return rooms.find(({ free, floor }) => free < floor);
}
