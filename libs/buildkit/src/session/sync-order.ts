/**
 * Order of paths in a file transfer: component by component, names by their UTF-8 bytes. The receiver refuses any other
 * order (`changes out of order`).
 * @param from how many characters are known to be the same
 */
export function comparePaths(a: string, b: string, from = 0): number {
  const length = Math.min(a.length, b.length);
  for (let i = from; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Whether `path` lies below `folder`. */
export function isInside(path: string, folder: string): boolean {
  return path.length > folder.length && path.charCodeAt(folder.length) === slash && path.startsWith(folder);
}

/** Where in `paths`, which are in order, the first one stands that is `path` or comes after it. */
export function firstAtOrAfter(paths: readonly string[], path: string): number {
  let [low, high] = [0, paths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePaths(paths[middle]!, path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const slash = 0x2f;

/** UTF-16 units in the order of the UTF-8 bytes of what they stand for: surrogates come after U+FFFF. `/` comes first. */
function rank(unit: number): number {
  if (unit === slash) return -1;
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
