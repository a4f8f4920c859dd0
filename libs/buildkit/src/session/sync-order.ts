/**
 * Order of paths in a file transfer: component by component, names by their UTF-8 bytes. The receiver refuses any other
 * order (`changes out of order`).
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const slash = 0x2f;

/** UTF-16 units in the order of the UTF-8 bytes of what they stand for: surrogates come after U+FFFF. `/` comes first. */
function rank(unit: number): number {
  if (unit === slash) return -1;
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
