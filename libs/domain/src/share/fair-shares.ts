/** How the slots of one process are shared between keys (organizations, persons, addresses). */
export interface ShareLimits {
  /** Slots of all keys together. */
  readonly total: number;
  /** Most slots of one key. */
  readonly perKey: number;
}

/** Gives a slot back. A second call does nothing. */
export type Release = () => void;

/** Limits where keys belong to groups, as networks belong to a site. A key may be in several, as a person is in organizations. */
export interface GroupedLimits extends ShareLimits {
  /** Most slots of all keys of one group. As many as of one key without it. */
  readonly perGroup?: number;
}

interface Waiting {
  /** In which order they came. */
  readonly at: number;
  readonly grant: (release: Release) => void;
}

/** Those of one key that wait, in their order. Thousands may wait for few keys, so each choice is made between keys. */
interface Queue {
  readonly key: string;
  readonly group: string;
  readonly entries: Set<Waiting>;
}

/**
 * Slots that a key may take now. The last free slot is kept for keys that hold none, so no key can take the last one from the
 * others: a key that holds a slot already leaves one free. With one slot in all, any key may have it.
 * @param held slots in use by key; also counts that come from elsewhere, as from a database
 * @param inUse the sum of `held`, of a caller who asks for many keys
 */
export function freeSlots(
  { total, perKey }: ShareLimits,
  held: ReadonlyMap<string, number>,
  key: string,
  inUse = [...held.values()].reduce((sum, count) => sum + count, 0),
): number {
  const own = held.get(key) ?? 0;
  const free = Math.max(0, total - inUse);
  const forOwners = Math.max(0, free - 1);
  return Math.min(own > 0 ? forOwners : Math.max(forOwners, Math.min(free, 1)), Math.max(0, perKey - own));
}

/**
 * A bounded number of slots, shared fairly between keys. `tryTake` is for work that is refused or left where it is while no slot
 * is free; `take` waits. A free slot goes to the waiting key that holds the fewest slots, then to one that had no turn in this round,
 * then to the one that waits longest. A key with thousands that wait is no older for that than one that has just come.
 * Where keys belong to groups, a group is bounded as a key is, and its slots are looked at first. It counts in this process alone.
 */
export class FairShares {
  private readonly held = new Map<string, number>();
  private readonly heldByGroup = new Map<string, number>();
  private heldByAll = 0;
  /** By key and group. */
  private readonly queues = new Map<string, Queue>();
  private readonly waitingByGroup = new Map<string, number>();
  private readonly servedKeys = new Round();
  private readonly servedGroups = new Round();
  private asked = 0;

  /** @param maxWaitingPerKey most calls of `take` of one key, and of one group, that wait at the same time */
  constructor(
    private readonly limits: GroupedLimits,
    private readonly maxWaitingPerKey = limits.perKey,
  ) {}

  /** Slots in use by key, for a caller who picks the work himself. */
  get inUse(): ReadonlyMap<string, number> {
    return this.held;
  }

  /** Slots that `key` may take now. A key without a group is one of its own. */
  free(key: string, group = key): number {
    const { total, perKey, perGroup = perKey } = this.limits;
    return Math.min(
      freeSlots(this.limits, this.held, key, this.heldByAll),
      freeSlots({ total, perKey: perGroup }, this.heldByGroup, group, this.heldByAll),
    );
  }

  /** @returns the function that gives the slot back; null when the key may take none now. */
  tryTake(key: string, group = key): Release | null {
    return this.free(key, group) > 0 ? this.grantTo(key, group) : null;
  }

  /**
   * Waits for a slot until `signal` is aborted.
   * @returns the function that gives the slot back; null when too many of this key wait already, or the wait was aborted.
   */
  async take(key: string, signal: AbortSignal, group = key): Promise<Release | null> {
    if (signal.aborted) return null;
    const taken = this.tryTake(key, group);
    if (taken) return taken;
    // Those of a key wait in one group each, so a group has at least as many.
    if ((this.waitingByGroup.get(group) ?? 0) >= this.maxWaitingPerKey) return null;
    const queue = this.queues.get(placeOf({ key, group })) ?? { key, group, entries: new Set() };
    return new Promise((resolve) => {
      const onAbort = () => {
        this.leave(queue, entry);
        resolve(null);
      };
      const entry: Waiting = {
        at: this.asked++,
        grant: (release) => {
          signal.removeEventListener('abort', onAbort);
          resolve(release);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.queues.set(placeOf(queue), queue);
      queue.entries.add(entry);
      add(this.waitingByGroup, queue.group, 1);
    });
  }

  private grantTo(key: string, group: string): Release {
    add(this.held, key, 1);
    add(this.heldByGroup, group, 1);
    this.heldByAll++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      add(this.held, key, -1);
      add(this.heldByGroup, group, -1);
      this.heldByAll--;
      this.serve();
    };
  }

  private serve(): void {
    for (let queue = this.next(); queue; queue = this.next()) {
      const [first] = queue.entries;
      this.servedKeys.serve(queue.key);
      this.servedGroups.serve(queue.group);
      this.leave(queue, first!);
      first!.grant(this.grantTo(queue.key, queue.group));
    }
  }

  private leave(queue: Queue, entry: Waiting): void {
    queue.entries.delete(entry);
    if (queue.entries.size === 0) this.queues.delete(placeOf(queue));
    add(this.waitingByGroup, queue.group, -1);
    if (this.queues.size > 0) return;
    this.servedKeys.end();
    this.servedGroups.end();
  }

  private next(): Queue | undefined {
    if (this.heldByAll >= this.limits.total) return undefined;
    const ready = [...this.queues.values()].filter(({ key, group }) => this.free(key, group) > 0);
    const least = fewest(ready, ({ group }) => this.heldByGroup.get(group) ?? 0);
    const nextGroups = fewest(least, ({ group }) => this.servedGroups.turnsOf(group));
    const fewestOwn = fewest(nextGroups, ({ key }) => this.held.get(key) ?? 0);
    const nextKeys = fewest(fewestOwn, ({ key }) => this.servedKeys.turnsOf(key));
    return fewest(nextKeys, ({ entries: [first] }) => first!.at)[0];
  }
}

function placeOf({ key, group }: Pick<Queue, 'key' | 'group'>): string {
  return `${group}\0${key}`;
}

/** Turns of a round. With more keys than that, those that come anew each time would always be before one that had its turn. */
const longestRound = 64;

/** Who had a turn since everybody who could have one had one. Kept while somebody waits, also of those that do not wait just now. */
class Round {
  private readonly served = new Set<string>();

  turnsOf(name: string): 0 | 1 {
    return this.served.has(name) ? 1 : 0;
  }

  /** A key that is served a second time begins the next round. */
  serve(name: string): void {
    if (this.served.has(name) || this.served.size >= longestRound) this.served.clear();
    this.served.add(name);
  }

  end(): void {
    this.served.clear();
  }
}

function fewest(queues: readonly Queue[], countOf: (queue: Queue) => number): readonly Queue[] {
  const least = queues.reduce((least, queue) => Math.min(least, countOf(queue)), Number.POSITIVE_INFINITY);
  return queues.filter((queue) => countOf(queue) === least);
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
