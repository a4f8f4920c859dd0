import { join } from 'node:path';
import { read } from './files.js';
import type { Hierarchy } from './hierarchy.js';
import { HierarchyV1 } from './v1.js';
import { HierarchyV2 } from './v2.js';

/** The control groups mounted at `root` (mostly `/sys/fs/cgroup`), or null when there are none to write to. */
export function detectHierarchy(root: string): Hierarchy | null {
  if (HierarchyV2.isAt(root)) return new HierarchyV2(root);
  return read(join(root, 'memory', 'cgroup.procs')) === null ? null : new HierarchyV1(root);
}
