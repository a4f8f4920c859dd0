import { posix } from 'node:path';

/** What following needs to know of a tree: whether a path is a symbolic link, and what lies below a folder. */
export interface LinkView {
  /** The link's target, or undefined when there is no link at this path. */
  linkTarget(path: string): string | undefined;
  /** Paths of all links at or below `folder` (`''`: the whole tree). */
  linksBelow(folder: string): readonly string[];
}

/** Links that one wanted path may lead through, as BuildKit counts them; Linux itself follows 40. */
const mostLinks = 255;
/** Characters: no file system takes a longer path. */
const mostPathChars = 4096;
/** Characters that are looked at for all wanted paths together: a fraction of a second. */
const mostWorkChars = 32 * 1024 * 1024;
/** What a path costs beside its characters. */
const charsPerPath = 64;

/** A path to follow, and the links that led to it. */
interface Wanted {
  readonly path: string;
  readonly links: number;
}

/**
 * Which paths have to be sent so that the engine finds `wanted` (sources of COPY and ADD): the paths, every link on the
 * way, and what the links point to; all of it inside the tree, as BuildKit resolves links (fsutil's `FollowLinks`).
 * A path with a pattern stands for everything below its last literal folder: more than asked is never wrong, the engine
 * matches by itself. Null means the whole tree; it is the answer as well where following is too much work.
 *
 * A link may lead through itself (`a` -> `a/a`), and each round makes a longer path that was never seen: what ends it is
 * the number of links and the length of a path. The engine finds nothing behind such a link either.
 */
export function followPaths(wanted: readonly string[], view: LinkView): ReadonlySet<string> | null {
  const found = new Set<string>();
  const visited = new Set<string>();
  const queue: Wanted[] = wanted.map((path) => ({ path, links: 0 }));
  let leftChars = mostWorkChars;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { links } = next;
    const literal = literalPart(inside(next.path));
    // A folder alone is another question than what a pattern finds in it.
    const rest = literal.hadPattern ? '/*' : '';
    if (visited.has(literal.path + rest)) continue;
    visited.add(literal.path + rest);
    if (literal.path === '') return null;
    if (literal.path.length > mostPathChars) continue;
    const { link, readChars } = firstLink(literal.path, view);
    leftChars -= charsPerPath + readChars;
    if (link) {
      found.add(link.at);
      if (links < mostLinks) queue.push({ path: link.leadsTo + rest, links: links + 1 });
    } else {
      found.add(literal.path);
      const below = literal.hadPattern ? view.linksBelow(literal.path) : [];
      for (const path of below) {
        leftChars -= charsPerPath + path.length;
        queue.push({ path, links });
      }
    }
    if (leftChars < 0) return null;
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

interface Found {
  readonly link?: { readonly at: string; readonly leadsTo: string };
  /** Each folder on the way is looked up by its whole path. */
  readonly readChars: number;
}

function firstLink(path: string, view: LinkView): Found {
  let readChars = 0;
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const at = end < 0 ? path : path.slice(0, end);
    readChars += at.length;
    const target = view.linkTarget(at);
    if (target !== undefined) {
      const rest = end < 0 ? '' : path.slice(end);
      const leadsTo = posix.join('/', posix.isAbsolute(target) ? '' : posix.dirname(at), target) + rest;
      return { link: { at, leadsTo }, readChars };
    }
    if (end < 0) return { readChars };
  }
}
