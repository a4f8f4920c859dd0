/** A git mirror as it lies on the disk. */
export interface MirrorUse {
  readonly name: string;
  /** Organization whose project it is. */
  readonly owner: string;
  readonly bytes: number;
  /** When it was last used, milliseconds since 1970. */
  readonly usedAtMs: number;
  /** Somebody reads or writes it now. */
  readonly held: boolean;
}

/**
 * Names of those that have to go for the rest to fit into `budgetBytes`. The organization that has the most bytes gives way
 * first, with what it has not used for longest: so one that fills the disk removes its own. What is in use stays.
 */
export function mirrorsToDrop(mirrors: readonly MirrorUse[], budgetBytes: number): string[] {
  let over = sumOf(mirrors) - budgetBytes;
  const owners = [...Map.groupBy(mirrors, ({ owner }) => owner).values()].map((owned) => ({
    bytes: sumOf(owned),
    // The longest unused is the last.
    free: owned.filter(({ held }) => !held).sort((a, b) => b.usedAtMs - a.usedAtMs),
  }));
  const dropped: string[] = [];
  while (over > 0) {
    const able = owners.filter(({ free }) => free.length > 0);
    if (able.length === 0) break;
    const heaviest = able.reduce((most, each) => (each.bytes > most.bytes ? each : most));
    const { name, bytes } = heaviest.free.pop()!;
    dropped.push(name);
    heaviest.bytes -= bytes;
    over -= bytes;
  }
  return dropped;
}

function sumOf(mirrors: readonly MirrorUse[]): number {
  return mirrors.reduce((sum, { bytes }) => sum + bytes, 0);
}
