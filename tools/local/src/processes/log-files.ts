import { copyFile, lstat, readdir, truncate } from 'node:fs/promises';
import path from 'node:path';

/** A log that is longer is cut. What stays is at most twice as much. */
const MAX_BYTES = 64 * 1024 * 1024;
const LOOK_EVERY_MS = 10_000;

/**
 * Cuts the logs of a folder while this process lives: nothing else does, and strangers decide how much is written. @returns ends that
 */
export function keepLogsShort(folder: string): () => void {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    // A disk that is full is told by others. The next look tries again.
    await cutLogs(folder).catch(() => {});
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/**
 * Moves what is in a long log into one old file beside it. Its process holds the log open, so the file stays the same one and is emptied:
 * whoever writes at its end goes on from its beginning. Lines that are written in between are lost.
 */
export async function cutLogs(folder: string, maxBytes = MAX_BYTES): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.log'))) {
    const file = path.join(folder, name);
    const found = await lstat(file).catch(() => undefined);
    if (!found?.isFile() || found.size <= maxBytes) continue;
    // Where the disk has no room for a copy, the room counts more than the lines.
    await copyFile(file, `${file}.old`).catch(() => {});
    // A log that cannot be emptied does not stop the others. The next look tries again.
    await truncate(file).catch(() => {});
  }
}
