/** Of unfinished lines of all outputs of a log. An honest progress display has some hundred characters in each. */
export const mostHeldBytes = 33_554_432;

/**
 * What outputs hold of lines that they have not finished. A step can make some 650 KB of a few bytes, so together they are bounded: the
 * one that changed longest ago gives way.
 */
export class HeldBytes<Key> {
  private total = 0;
  private readonly bytesOf = new Map<Key, number>();

  constructor(private readonly most = mostHeldBytes) {}

  /** Notes what an output holds now. @returns those that give way: they hold nothing any more */
  note(key: Key, bytes: number): readonly Key[] {
    const before = this.bytesOf.get(key) ?? 0;
    if (bytes === before) return [];
    this.total += bytes - before;
    this.bytesOf.delete(key);
    if (bytes > 0) this.bytesOf.set(key, bytes);
    const gone: Key[] = [];
    for (const [other, held] of this.bytesOf) {
      if (this.total <= this.most || other === key) break;
      this.bytesOf.delete(other);
      this.total -= held;
      gone.push(other);
    }
    return gone;
  }
}
