import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import type { ContextFile } from '../build-request.js';

/**
 * Writes a context into a folder that nobody else writes to. Paths come from a stranger's repository: none may lead out
 * of the folder, neither by its own names nor through a link that was written before.
 * @throws {BuildFailure} `InvalidBuildConfig`
 */
export async function writeContext(folder: string, files: readonly ContextFile[], signal: AbortSignal): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  const made = new Set<string>(['']);
  for (const file of files) {
    signal.throwIfAborted();
    const names = namesOf(file.path);
    await makeFolders(folder, names.slice(0, -1), made);
    await writeEntry(folder, names, file, made);
  }
}

function namesOf(path: string): string[] {
  const names = path.split('/');
  const isHostile = (name: string) => name === '' || name === '.' || name === '..' || name.includes('\0');
  if (names.some(isHostile)) throw escapes(path);
  return names;
}

async function makeFolders(root: string, names: readonly string[], made: Set<string>): Promise<void> {
  // Those above it were made before it: they are many where a folder lies deep.
  if (made.has(names.join('/'))) return;
  for (let depth = 1; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join('/');
    if (made.has(path)) continue;
    await makeFolder(join(root, path), path, 0o755);
    made.add(path);
  }
}

async function makeFolder(absolute: string, path: string, mode: number): Promise<void> {
  try {
    await mkdir(absolute, { mode });
  } catch (error) {
    const there: Stats | null = await lstat(absolute).catch(() => null);
    if (!there) throw error;
    if (!there.isDirectory()) throw escapes(path);
  }
}

async function writeEntry(root: string, names: string[], file: ContextFile, made: Set<string>): Promise<void> {
  const path = names.join('/');
  const absolute = join(root, path);
  switch (file.kind) {
    case 'directory':
      await makeFolder(absolute, path, 0o755);
      made.add(path);
      return;
    case 'symlink':
      return taken(path, () => symlink(file.linkTarget ?? '', absolute));
    case 'file':
      return taken(path, () => writeFile(absolute, file));
  }
}

async function taken(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw escapes(path);
    throw error;
  }
}

async function writeFile(absolute: string, file: ContextFile): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle: FileHandle = await open(absolute, flags, 0o600);
  try {
    const content = file.read();
    if (content instanceof Promise) await handle.writeFile(await content);
    else for await (const part of content) await handle.writeFile(part);
    await handle.chmod(file.mode & 0o777);
  } finally {
    await handle.close();
  }
}

function escapes(path: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', `The path ${JSON.stringify(path)} of the context leads out of it.`);
}
