import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const wholeKey = /^[A-Za-z0-9_-]{43}$/;

/** 32 random bytes in base64url. */
export function newBuilderKey(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The key by which the database knows the builder of that name, the same at every start: so the next supervisor sees the rows of
 * the one before it, which may have been killed, and can note that its child has ended (docs/adr/0035). Kept in a file that this
 * user alone can read. Several callers get the same one.
 * @param folder of this builder alone, kept over restarts: another builder of this user would read it, and with it what this one may
 * @throws {Error} of the file system when it can be neither read nor kept
 */
export async function keptBuilderKey(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await read(file);
  if (wholeKey.test(known ?? '')) return known!;
  const part = path.join(folder, `.${randomUUID()}`);
  const key = newBuilderKey();
  try {
    await writeFile(part, key, { mode: 0o600, flag: 'wx', flush: true });
    // What a crash has cut is replaced; of several who find nothing, the first one's stays.
    await (known === null ? link(part, file) : rename(part, file));
    return key;
  } catch (error) {
    const theirs = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await read(file) : null;
    if (theirs === null) throw error;
    return theirs;
  } finally {
    await rm(part, { force: true });
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
