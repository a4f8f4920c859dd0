import { posix } from 'node:path';

/** What following needs to know of a tree: whether a path is a symbolic link, and what lies below a folder. */
export interface LinkView {
  /** The link's target, or undefined when there is no link at this path. */
  linkTarget(path: string): string | undefined;
  /** Paths of all links at or below `folder` (`''`: the whole tree). */
  linksBelow(folder: string): readonly string[];
}

/**
 * Which paths have to be sent so that the engine finds `wanted` (sources of COPY and ADD): the paths, every link on the
 * way, and what the links point to; all of it inside the tree, as BuildKit resolves links (fsutil's `FollowLinks`).
 * A path with a pattern stands for everything below its last literal folder: more than asked is never wrong, the engine
 * matches by itself. Null means the whole tree.
 */
export function followPaths(wanted: readonly string[], view: LinkView): ReadonlySet<string> | null {
  const found = new Set<string>();
  const visited = new Set<string>();
  const queue = [...wanted];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const literal = literalPart(inside(path));
    if (visited.has(literal.path)) continue;
    visited.add(literal.path);
    if (literal.path === '') return null;
    const link = firstLink(literal.path, view);
    if (link) {
      found.add(link.at);
      queue.push(link.leadsTo);
      continue;
    }
    found.add(literal.path);
    if (literal.hadPattern) queue.push(...view.linksBelow(literal.path));
  }
  return found;
}

/** Absolute and escaping paths mean the tree's root, as for a process inside a chroot. */
function inside(path: string): string {
  return posix.join('/', path).replace(/^\/+|\/+$/g, '');
}

function literalPart(path: string): { path: string; hadPattern: boolean } {
  const parts = path.split('/');
  const pattern = parts.findIndex((part) => /[*?[\\]/.test(part));
  return pattern < 0 ? { path, hadPattern: false } : { path: parts.slice(0, pattern).join('/'), hadPattern: true };
}

function firstLink(path: string, view: LinkView): { at: string; leadsTo: string } | undefined {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const at = end < 0 ? path : path.slice(0, end);
    const target = view.linkTarget(at);
    if (target !== undefined) {
      const rest = end < 0 ? '' : path.slice(end);
      return { at, leadsTo: posix.join('/', posix.isAbsolute(target) ? '' : posix.dirname(at), target) + rest };
    }
    if (end < 0) return undefined;
  }
}
