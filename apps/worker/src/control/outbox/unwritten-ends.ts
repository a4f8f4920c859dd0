/** Most rows that are remembered. Another control may take such a row and end it, so entries can stay behind. */
const maxRows = 10_000;

/**
 * Takings that ended in this process, and whose return a slow database did not write: it counts them as unfinished, as if their
 * process had ended. The next taking of the row gets their number, and takes them back.
 */
export class UnwrittenEnds {
  private readonly byRow = new Map<bigint, number>();

  /** How many takings of a row, by its id. */
  get counts(): ReadonlyMap<bigint, number> {
    return this.byRow;
  }

  note(id: bigint): void {
    this.byRow.set(id, (this.byRow.get(id) ?? 0) + 1);
    if (this.byRow.size > maxRows) this.byRow.delete(this.byRow.keys().next().value!);
  }

  /** The database knows of them now, or the row is gone. */
  forget(id: bigint): void {
    this.byRow.delete(id);
  }
}
