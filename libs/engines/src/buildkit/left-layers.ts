import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isTooDeep, removeDeep } from '../limits/remove-deep.js';

/** Below the state of a buildkitd, and below that of a Docker engine with containerd's snapshotter. */
const layerFolders = [
  'runc-overlayfs/snapshots/snapshots',
  'runc-native/snapshots/snapshots',
  'containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots',
] as const;

/**
 * Removes layers that an engine has forgotten and could not delete. It holds one folder open for each level, so that a step
 * that digs deeper than its limit of open files leaves a layer on the disk for ever, and the engine says that it keeps
 * nothing (R2-N12). No image has such a layer, since no archive has such paths: what the engine still uses is left alone.
 */
export async function removeLeftLayers(stateFolder: string): Promise<void> {
  for (const folder of layerFolders.map((each) => join(stateFolder, each)))
    for (const name of await readdir(folder).catch(() => [])) {
      const layer = join(folder, name);
      // The engine may be deleting others at this moment.
      if (await isTooDeep(layer).catch(() => false)) await removeDeep(layer);
    }
}
