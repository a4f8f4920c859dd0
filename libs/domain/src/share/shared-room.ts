import type { Release } from './fair-shares.js';

interface Entry {
  readonly keys: ReadonlySet<string>;
  readonly onGiveWay: () => void;
  bytes: number;
  /** It gave way, and takes nothing any more. */
  isOver: boolean;
}

/** All that one key holds. An entry may count for several of them, as for an address and for its site. */
interface Holder {
  /** The oldest is the first. */
  readonly entries: Set<Entry>;
  bytes: number;
}

/** Room for what grows and shrinks. */
export interface Place {
  /** Holds so many bytes from now on. Who held nothing before is the newest of its holders. */
  resize(bytes: number): void;
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
    const place = this.place(keys, onGiveWay);
    place.resize(bytes);
    return () => place.resize(0);
  }

  /** As {@link take}, for what holds nothing yet. After it gave way it takes no room any more. */
  place(keys: readonly string[], onGiveWay: () => void): Place {
    const entry: Entry = { keys: new Set(keys), onGiveWay, bytes: 0, isOver: false };
    return { resize: (bytes) => this.resize(entry, bytes) };
  }

  private resize(entry: Entry, bytes: number): void {
    if (entry.isOver || bytes === entry.bytes) return;
    this.hold(entry, bytes);
    while (this.usedBytes > this.maxBytes) this.endOldestOf(this.heaviest());
  }

  private hold(entry: Entry, bytes: number): void {
    for (const key of entry.keys) this.count(key, entry, bytes);
    this.usedBytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  private count(key: string, entry: Entry, bytes: number): void {
    const holder = this.holders.get(key) ?? { entries: new Set(), bytes: 0 };
    this.holders.set(key, holder);
    holder.bytes += bytes - entry.bytes;
    if (bytes > 0) holder.entries.add(entry);
    else holder.entries.delete(entry);
    if (holder.entries.size === 0) this.holders.delete(key);
  }

  private endOldestOf({ entries }: Holder): void {
    const [oldest] = entries;
    if (!oldest) return;
    this.hold(oldest, 0);
    oldest.isOver = true;
    oldest.onGiveWay();
  }

  /** Of several that hold as much, the one that began first. Only asked while there is one. */
  private heaviest(): Holder {
    let heaviest: Holder | undefined;
    for (const each of this.holders.values()) if (!heaviest || each.bytes > heaviest.bytes) heaviest = each;
    return heaviest!;
  }
}
