import type { Release } from './fair-shares.js';

interface Entry {
  readonly holders: readonly Holder[];
  readonly bytes: number;
  readonly onGiveWay: () => void;
}

/** All that one key holds. An entry may count for several of them, as for an address and for its site. */
interface Holder {
  readonly key: string;
  /** The oldest is the first. */
  readonly entries: Set<Entry>;
  bytes: number;
}

/**
 * Bytes of one process that holders share. While there is room, every holder may take any part of it. When the room is full, the
 * oldest entry of the heaviest holder gives way, so one holder cannot take the room from the others.
 */
export class SharedRoom {
  private readonly holders = new Map<string, Holder>();
  private usedBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.usedBytes;
  }

  /**
   * Takes room, also when there is none: then entries of the heaviest holder end, which may be this one.
   * @param keys whom the bytes count for, each of them in full
   * @param onGiveWay called once when the entry has to end; its room is free by then
   * @returns the function that gives the room back
   */
  take(keys: readonly string[], bytes: number, onGiveWay: () => void): Release {
    const entry: Entry = { holders: [...new Set(keys)].map((key) => this.holderOf(key)), bytes, onGiveWay };
    this.usedBytes += bytes;
    for (const holder of entry.holders) {
      holder.entries.add(entry);
      holder.bytes += bytes;
    }
    while (this.usedBytes > this.maxBytes) this.endOldestOf(this.heaviest());
    return () => void this.leave(entry);
  }

  private endOldestOf({ entries }: Holder): void {
    const [oldest] = entries;
    if (oldest && this.leave(oldest)) oldest.onGiveWay();
  }

  private holderOf(key: string): Holder {
    const holder = this.holders.get(key) ?? { key, entries: new Set(), bytes: 0 };
    this.holders.set(key, holder);
    return holder;
  }

  /** Of several that hold as much, the one that began first. Only asked while there is one. */
  private heaviest(): Holder {
    return [...this.holders.values()].reduce((most, each) => (each.bytes > most.bytes ? each : most));
  }

  /** @returns false when the entry has left before */
  private leave(entry: Entry): boolean {
    if (!entry.holders.every(({ entries }) => entries.delete(entry))) return false;
    this.usedBytes -= entry.bytes;
    for (const holder of entry.holders) {
      holder.bytes -= entry.bytes;
      if (holder.entries.size === 0) this.holders.delete(holder.key);
    }
    return true;
  }
}
