/** Whom a call is counted for. Nothing of it is proven yet. */
export interface Caller {
  /** The address it comes from, or its network. */
  readonly address: string;
  /** The site that the network belongs to; the address again where there is no such thing. */
  readonly network: string;
  readonly project: string;
}

export interface GateLimits {
  /** Most calls under way in this process. */
  readonly maxCalls: number;
  /** Most bytes of bodies that have arrived and are not dealt with yet. */
  readonly maxBytes: number;
}

/** One call under way. */
export interface GateCall {
  /** Counts bytes that have arrived. @returns false when this very call has to go. */
  receive(bytes: number): boolean;
  /** The body is whole: the call is dealt with now and does not give way any more. */
  complete(): void;
  /** The call is over. A second time does nothing. */
  leave(): void;
}

interface Entry extends Caller {
  readonly onGiveWay: () => void;
  bytes: number;
  isWhole: boolean;
}

type SizeOf = (entry: Pick<Entry, 'bytes'>) => number;
const oneCall: SizeOf = () => 1;
const itsBytes: SizeOf = ({ bytes }) => bytes;

/**
 * Webhook calls under way in this process, bounded in number and in bytes that have arrived. What a call only announces is not
 * counted. While there is room nobody is kept out. When there is none, the address, the site or the project that takes most of it
 * gives way, so a flood from one of them does not keep the others out (S-006, S-016). Where nobody takes more than others, the
 * call gives way that began first: bodies of forges are whole within moments.
 */
export class IntakeGate {
  private readonly entries = new Set<Entry>();
  private bytes = 0;

  constructor(private readonly limits: GateLimits) {}

  /**
   * Lets a call in.
   * @param onGiveWay called once when the call has to go before its body is whole; it has left by then
   * @returns null when it has to be refused
   */
  enter(caller: Caller, onGiveWay: () => void): GateCall | null {
    const entry: Entry = { ...caller, onGiveWay, bytes: 0, isWhole: false };
    this.entries.add(entry);
    if (this.entries.size > this.limits.maxCalls && !this.makeRoom(entry, oneCall)) {
      this.entries.delete(entry);
      return null;
    }
    return {
      receive: (bytes) => this.receive(entry, bytes),
      complete: () => {
        entry.isWhole = true;
      },
      leave: () => this.leave(entry),
    };
  }

  private receive(entry: Entry, bytes: number): boolean {
    if (!this.entries.has(entry)) return false;
    entry.bytes += bytes;
    this.bytes += bytes;
    while (this.bytes > this.limits.maxBytes)
      if (!this.makeRoom(entry, itsBytes)) {
        this.leave(entry);
        return false;
      }
    return true;
  }

  private leave(entry: Entry): void {
    if (this.entries.delete(entry)) this.bytes -= entry.bytes;
  }

  /** @returns false when `newest` itself takes most of the room, or nobody else can go: then it has to. */
  private makeRoom(newest: Entry, sizeOf: SizeOf): boolean {
    const heaviest = this.heaviest(sizeOf);
    if (heaviest === null || heaviest === newest) return false;
    this.leave(heaviest);
    heaviest.onGiveWay();
    return true;
  }

  /** Of those whose body is not whole yet: the call that is part of the most, the oldest of several. */
  private heaviest(sizeOf: SizeOf): Entry | null {
    const incomplete = [...this.entries].filter(({ isWhole }) => !isWhole);
    const totals = keys.map((key) => ({ key, of: sums(incomplete, key, sizeOf) }));
    let heaviest: { readonly entry: Entry; readonly weight: readonly number[] } | null = null;
    for (const entry of incomplete) {
      const parts = totals.map(({ key, of }) => of.get(entry[key])!);
      const weight = [Math.max(...parts), parts.reduce((sum, part) => sum + part, 0), sizeOf(entry)];
      if (heaviest === null || isMore(weight, heaviest.weight)) heaviest = { entry, weight };
    }
    return heaviest?.entry ?? null;
  }
}

const keys = ['address', 'network', 'project'] as const;

function sums(entries: readonly Entry[], key: keyof Caller, sizeOf: SizeOf): Map<string, number> {
  const totals = new Map<string, number>();
  for (const entry of entries) totals.set(entry[key], (totals.get(entry[key]) ?? 0) + sizeOf(entry));
  return totals;
}

/** Compares by the first number that differs. */
function isMore(left: readonly number[], right: readonly number[]): boolean {
  const at = left.findIndex((number, index) => number !== right[index]);
  return at !== -1 && left[at]! > right[at]!;
}
