/** How the slots of one process are shared between keys (organizations, persons, addresses). */
export interface ShareLimits {
  /** Slots of all keys together. */
  readonly total: number;
  /** Most slots of one key. */
  readonly perKey: number;
}

/** Gives a slot back. A second call does nothing. */
export type Release = () => void;

interface Waiting {
  readonly key: string;
  readonly grant: (release: Release) => void;
}

/**
 * Slots that a key may take now. The last free slot is kept for keys that hold none, so no key can take the last one from the
 * others: a key that holds a slot already leaves one free. With one slot in all, any key may have it.
 * @param held slots in use by key; also counts that come from elsewhere, as from a database
 */
export function freeSlots({ total, perKey }: ShareLimits, held: ReadonlyMap<string, number>, key: string): number {
  const inUse = [...held.values()].reduce((sum, count) => sum + count, 0);
  const own = held.get(key) ?? 0;
  const free = Math.max(0, total - inUse);
  const forOwners = Math.max(0, free - 1);
  return Math.min(own > 0 ? forOwners : Math.max(forOwners, Math.min(free, 1)), Math.max(0, perKey - own));
}

/**
 * A bounded number of slots, shared fairly between keys. `tryTake` is for work that is refused or left where it is while no slot
 * is free; `take` waits. A free slot goes to the waiting key that holds the fewest slots, then to the one that waits longest.
 * It counts in this process alone.
 */
export class FairShares {
  private readonly held = new Map<string, number>();
  private waiting: Waiting[] = [];

  /** @param maxWaitingPerKey most calls of `take` of one key that wait at the same time */
  constructor(
    private readonly limits: ShareLimits,
    private readonly maxWaitingPerKey = limits.perKey,
  ) {}

  /** Slots in use by key, for a caller who picks the work himself. */
  get inUse(): ReadonlyMap<string, number> {
    return this.held;
  }

  /** Slots that `key` may take now. */
  free(key: string): number {
    return freeSlots(this.limits, this.held, key);
  }

  /** @returns the function that gives the slot back; null when the key may take none now. */
  tryTake(key: string): Release | null {
    return this.free(key) > 0 ? this.grantTo(key) : null;
  }

  /**
   * Waits for a slot until `signal` is aborted.
   * @returns the function that gives the slot back; null when too many of this key wait already, or the wait was aborted.
   */
  async take(key: string, signal: AbortSignal): Promise<Release | null> {
    if (signal.aborted) return null;
    const taken = this.tryTake(key);
    if (taken) return taken;
    if (this.waiting.filter((other) => other.key === key).length >= this.maxWaitingPerKey) return null;
    return new Promise((resolve) => {
      const onAbort = () => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        resolve(null);
      };
      const entry: Waiting = {
        key,
        grant: (release) => {
          signal.removeEventListener('abort', onAbort);
          resolve(release);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(entry);
    });
  }

  private grantTo(key: string): Release {
    this.held.set(key, (this.held.get(key) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.giveBack(key);
    };
  }

  private giveBack(key: string): void {
    const left = (this.held.get(key) ?? 1) - 1;
    if (left > 0) this.held.set(key, left);
    else this.held.delete(key);
    for (let next = this.next(); next; next = this.next()) {
      this.waiting = this.waiting.filter((other) => other !== next);
      next.grant(this.grantTo(next.key));
    }
  }

  private next(): Waiting | undefined {
    // Thousands may wait for few keys: what a key may take is counted once.
    const keys = new Set(this.waiting.map(({ key }) => key));
    const free = new Set([...keys].filter((key) => this.free(key) > 0));
    const ready = this.waiting.filter(({ key }) => free.has(key));
    const fewest = Math.min(...ready.map(({ key }) => this.held.get(key) ?? 0));
    return ready.find(({ key }) => (this.held.get(key) ?? 0) === fewest);
  }
}
