export interface TreemapItem {
  readonly id: string;
  /** Its share of the area; items of nothing get none. */
  readonly size: number;
}

/** In the units of the whole area. */
export interface TreemapTile {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Area = Omit<TreemapTile, 'id'>;

/**
 * Tiles that fill an area in proportion to sizes and are as square as may be ("Squarified Treemaps", Bruls, Huizing and van
 * Wijk, 2000). Pure: the same items give the same drawing.
 */
export function treemap(items: readonly TreemapItem[], width: number, height: number): TreemapTile[] {
  const sorted = items.filter(({ size }) => size > 0).toSorted((a, b) => b.size - a.size);
  const total = sorted.reduce((sum, { size }) => sum + size, 0);
  const waiting = sorted.map(({ id, size }) => ({ id, size: (size / total) * width * height }));
  const tiles: TreemapTile[] = [];
  let free: Area = { x: 0, y: 0, width, height };
  while (waiting.length > 0) {
    const row = nextRow(waiting, Math.min(free.width, free.height));
    waiting.splice(0, row.length);
    const placed = placeRow(row, free);
    tiles.push(...placed.tiles);
    free = placed.rest;
  }
  return tiles;
}

/** As many items as make the row's worst tile squarer than it was without the last of them. */
function nextRow(waiting: readonly TreemapItem[], side: number): TreemapItem[] {
  let count = 1;
  while (count < waiting.length && worst(waiting.slice(0, count + 1), side) <= worst(waiting.slice(0, count), side))
    count += 1;
  return waiting.slice(0, count);
}

function worst(row: readonly TreemapItem[], side: number): number {
  const sum = row.reduce((total, { size }) => total + size, 0);
  const [largest, smallest] = [row[0]!.size, row.at(-1)!.size];
  return Math.max((side ** 2 * largest) / sum ** 2, sum ** 2 / (side ** 2 * smallest));
}

function placeRow(row: readonly TreemapItem[], free: Area): { tiles: TreemapTile[]; rest: Area } {
  const sum = row.reduce((total, { size }) => total + size, 0);
  const isWide = free.width >= free.height;
  const depth = sum / (isWide ? free.height : free.width);
  let at = isWide ? free.y : free.x;
  const tiles = row.map(({ id, size }) => {
    const length = size / depth;
    const tile = isWide
      ? { id, x: free.x, y: at, width: depth, height: length }
      : { id, x: at, y: free.y, width: length, height: depth };
    at += length;
    return tile;
  });
  const rest = isWide
    ? { ...free, x: free.x + depth, width: free.width - depth }
    : { ...free, y: free.y + depth, height: free.height - depth };
  return { tiles, rest };
}
