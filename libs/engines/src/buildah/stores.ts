import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type StorageDriver = 'overlay' | 'vfs';

/** Where the layers, cache mounts and working containers of one namespace are. */
export interface Store {
  readonly root: string;
  readonly runRoot: string;
  /** Cache mounts are below it. */
  readonly temporary: string;
  readonly driver: StorageDriver;
}

/**
 * The store of a namespace (`BuildRequest.cacheMountNamespace`): each has one of its own, since buildah has no other
 * way to hold layers and cache mounts of strangers apart.
 */
export function storeOf(stateFolder: string, namespace: string, driver: StorageDriver): Store {
  const name = createHash('sha256').update(namespace).digest('hex').slice(0, 24);
  const folder = join(stateFolder, 'stores', name);
  const store = { root: join(folder, 'root'), runRoot: join(folder, 'run'), temporary: join(folder, 'tmp'), driver };
  for (const path of [store.root, store.runRoot, store.temporary]) mkdirSync(path, { recursive: true, mode: 0o700 });
  return store;
}
