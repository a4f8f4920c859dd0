import { FairShares, type Release, type ShareLimits } from '@cooperage/domain';

export interface TurnLimits {
  /** Long bodies that are judged at the same time: in all, and of one key. */
  readonly slots: ShareLimits;
  /** Most that wait for their turn: bodies of one key, and bytes of all keys together. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly key: string;
  readonly bytes: number;
  readonly giveWay: AbortController;
}

/**
 * Turns of long bodies, by key. Nothing tells an honest body from another before it was hashed, only its length: where too many
 * wait, the longest gives way. It costs the most, and bodies of git hosts are rarely that long.
 */
export class LongBodyTurns {
  private readonly shares: FairShares;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly limits: TurnLimits) {
    this.shares = new FairShares(limits.slots, limits.maxWaiting);
  }

  /** @returns the function that gives the turn back; null where the body had to give way, or waited too long */
  async take(key: string, bytes: number): Promise<Release | null> {
    const taken = this.shares.tryTake(key);
    if (taken) return taken;
    if (!this.makeRoom(key, bytes)) return null;
    const entry: Waiting = { key, bytes, giveWay: new AbortController() };
    this.waiting.add(entry);
    try {
      const tooLong = AbortSignal.timeout(this.limits.maxWaitMs);
      return await this.shares.take(key, AbortSignal.any([entry.giveWay.signal, tooLong]));
    } finally {
      this.waiting.delete(entry);
    }
  }

  private makeRoom(key: string, bytes: number): boolean {
    const { maxWaiting, maxWaitingBytes } = this.limits;
    const own = [...this.waiting].filter((other) => other.key === key);
    if (own.length >= maxWaiting && !this.letGo(own, bytes)) return false;
    const all = () => [...this.waiting].reduce((sum, other) => sum + other.bytes, 0);
    while (all() + bytes > maxWaitingBytes) if (!this.letGo([...this.waiting], bytes)) return false;
    return true;
  }

  /** @returns false where none of `others` is longer than the body that wants their room */
  private letGo(others: readonly Waiting[], bytes: number): boolean {
    const longest = others.reduce<Waiting | null>(
      (most, other) => (other.bytes > (most?.bytes ?? bytes) ? other : most),
      null,
    );
    if (longest === null) return false;
    this.waiting.delete(longest);
    longest.giveWay.abort();
    return true;
  }
}
