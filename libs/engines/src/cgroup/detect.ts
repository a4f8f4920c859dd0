import { join } from 'node:path';
import { read } from './files.js';
import type { Hierarchy, LimitLack } from './hierarchy.js';
import { StepGroups } from './step-groups.js';
import { HierarchyV1 } from './v1.js';
import { HierarchyV2 } from './v2.js';

/** The control groups mounted at `root` (mostly `/sys/fs/cgroup`), or null when there are none to write to. */
export function detectHierarchy(root: string): Hierarchy | null {
  if (HierarchyV2.isAt(root)) return new HierarchyV2(root);
  return read(join(root, 'memory', 'cgroup.procs')) === null ? null : new HierarchyV1(root);
}

const shared = new Map<string, StepGroups>();

/**
 * The groups of this process below `root`; one object for all engines, since they may meet in a group. Null when groups
 * cannot be made there: without the right to, or without control groups.
 */
export function stepGroupsAt(root: string, parent: string): StepGroups | null {
  const known = shared.get(root);
  if (known) return known;
  const hierarchy = detectHierarchy(root);
  const lacks = hierarchy && lacksOfTrial(hierarchy, `${parent}/trial-${process.pid}`);
  if (!hierarchy || !lacks) return null;
  const groups = new StepGroups(hierarchy, lacks);
  shared.set(root, groups);
  return groups;
}

/** Null where no group can be made. */
function lacksOfTrial(hierarchy: Hierarchy, path: string): LimitLack[] | null {
  try {
    hierarchy.create(path);
    const lacks = hierarchy.lacks(path);
    hierarchy.remove(path, false);
    return lacks;
  } catch {
    return null;
  }
}
