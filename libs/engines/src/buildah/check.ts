import { access, constants } from 'node:fs/promises';
import type { EngineCheck } from '../engine.js';
import { storeArgs } from './args.js';
import type { StorageDriver, Store } from './stores.js';
import { type Command, output } from './tool.js';

export interface Programs {
  readonly buildah: string;
  readonly runc: string;
}

/** Whether a store with this driver can be opened here. */
export async function driverWorks(command: Omit<Command, 'args'>, store: Store): Promise<boolean> {
  const { code } = await output({ ...command, args: [...storeArgs(store), 'info'] });
  return code === 0;
}

/** Asks buildah who it is. Never throws. */
export async function checkTool(
  programs: Programs,
  command: Omit<Command, 'args'>,
  driver: () => Promise<StorageDriver>,
  canMakeGroups: boolean,
): Promise<EngineCheck> {
  try {
    if (!canMakeGroups)
      throw new Error('control groups cannot be made here, so no step could be limited or ended for certain');
    await Promise.all(Object.values(programs).map((path) => access(path, constants.X_OK)));
    const { code, text, errors } = await output({ ...command, args: ['version', '--json'] });
    if (code !== 0) throw new Error(errors.trim() || 'buildah does not start');
    const { version, osArch } = JSON.parse(text) as { version: string; osArch: string };
    return { ok: true, version, platforms: [osArch], detail: detail(await driver()) };
  } catch (error) {
    return { ok: false, version: '', platforms: [], detail: messageOf(error) };
  }
}

function detail(driver: StorageDriver): string {
  const storage = driver === 'overlay' ? '' : '; overlay is refused here, so layers are copied (vfs), which is slow';
  return `trusted builds only; steps have no network${storage}`;
}

function messageOf(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'EACCES')
    return `buildah is not installed: ${(error as NodeJS.ErrnoException).path} is not there`;
  return error instanceof Error ? error.message : 'buildah does not start';
}
