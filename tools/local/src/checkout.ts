import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';

/** The folder that holds `./cooperage`. */
export const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** What clones share: downloads, unpacked tools, base images. */
export const CACHE =
  process.env.COOPERAGE_CACHE || path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'cooperage');

/** What belongs to one installation: that of this checkout, unless another folder is named. */
export const STATE = process.env.COOPERAGE_STATE
  ? path.resolve(process.env.COOPERAGE_STATE)
  : path.join(CHECKOUT, '.cooperage');

/** Six hexadecimal digits that keep the bridges, groups and sockets of two folders apart. */
export function folderId(folder: string): string {
  return createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 6);
}
