/** Whom a call is counted for. Nothing of the call itself is proven yet. */
export interface Caller {
  /** The address it comes from, or its network. */
  readonly address: string;
  /** The site that the network belongs to; the address again where there is no such thing. */
  readonly network: string;
  readonly project: string;
  /** The address proved a call to the project lately: the share of the project does not keep it out. */
  readonly isProven?: boolean;
}

export interface GateLimits {
  /** Most calls under way in this process. */
  readonly maxCalls: number;
  /** Most bytes of bodies that have arrived and are not dealt with yet. */
  readonly maxBytes: number;
  /** Calls of one address that the share of a project does not keep out. None where it is left out. */
  readonly fewCalls?: number;
}

/** One call under way. */
export interface GateCall {
  /** Counts bytes that have arrived. @returns false when this very call has to go. */
  receive(bytes: number): boolean;
  /**
   * The body is whole: the call is dealt with now and does not give way any more. A second time changes nothing.
   * @returns false when the call has to go, since its address, site or project has its share of such calls
   */
  complete(): boolean;
  /** The caller has gone. A call whose body is whole stays until it is dealt with. */
  abandon(): void;
  /** The call is over. A second time does nothing. */
  leave(): void;
}

/** What is counted: calls, or the bytes of their bodies that have arrived. */
type Counted = 'calls' | 'bytes';
type Counts = Record<Counted, number>;

/** What all calls of one address, site or project take together. */
interface Group {
  readonly name: string;
  /** Of calls whose body is not whole. */
  readonly coming: Counts;
  /** Of calls whose body is whole: they are dealt with and give no room to others. */
  readonly whole: Counts;
}

interface Entry {
  readonly onGiveWay: () => void;
  /** Those that it is part of. It holds them, since looking them up for each of two thousand calls took a millisecond. */
  readonly groups: readonly [address: Group, network: Group, project: Group];
  readonly isProven: boolean;
  bytes: number;
  isWhole: boolean;
}

/**
 * Webhook calls under way in this process, bounded in number and in bytes that have arrived. What a call only announces is not
 * counted. While there is room nobody is kept out. When there is none, the address, the site or the project that takes most of it
 * gives way, so a flood from one of them does not keep the others out (S-006, S-016). Where nobody takes more than others, the
 * call gives way that began first: bodies of forges are whole within moments.
 *
 * A call whose body is whole gives way to nobody, so those of one address, site or project have a share: as many as are free, and as
 * many bytes. One that floods has half of the room at most, two have a third each, and others always find some. Anybody can send to
 * a project, so its share keeps out neither who proved a call to it, nor an address with few calls: its own git host is among them.
 */
export class IntakeGate {
  private readonly entries = new Set<Entry>();
  private readonly groups = new Map<string, Group>();
  private readonly whole: Counts = { calls: 0, bytes: 0 };
  private bytes = 0;

  constructor(private readonly limits: GateLimits) {}

  /**
   * Lets a call in.
   * @param onGiveWay called once when the call has to go before its body is whole; it has left by then
   * @returns null when it has to be refused
   */
  enter(caller: Caller, onGiveWay: () => void): GateCall | null {
    const entry: Entry = {
      onGiveWay,
      groups: this.groupsOf(caller),
      isProven: caller.isProven ?? false,
      bytes: 0,
      isWhole: false,
    };
    // It could not be dealt with now, so its body is not read either.
    if (!this.hasShare(entry)) {
      this.forgetEmpty(entry);
      return null;
    }
    this.entries.add(entry);
    this.count(entry, 'coming', 1, 0);
    if (this.entries.size > this.limits.maxCalls && !this.makeRoom(entry, 'calls')) {
      this.leave(entry);
      return null;
    }
    return {
      receive: (bytes) => this.receive(entry, bytes),
      complete: () => this.complete(entry),
      abandon: () => {
        if (!entry.isWhole) this.leave(entry);
      },
      leave: () => this.leave(entry),
    };
  }

  private receive(entry: Entry, bytes: number): boolean {
    if (!this.entries.has(entry)) return false;
    entry.bytes += bytes;
    this.bytes += bytes;
    if (!entry.isWhole) this.count(entry, 'coming', 0, bytes);
    while (this.bytes > this.limits.maxBytes)
      if (!this.makeRoom(entry, 'bytes')) {
        this.leave(entry);
        return false;
      }
    return true;
  }

  private complete(entry: Entry): boolean {
    if (!this.entries.has(entry)) return false;
    if (entry.isWhole) return true;
    if (!this.hasShare(entry)) {
      this.leave(entry);
      return false;
    }
    this.count(entry, 'coming', -1, -entry.bytes);
    this.count(entry, 'whole', 1, entry.bytes);
    entry.isWhole = true;
    return true;
  }

  private leave(entry: Entry): void {
    if (!this.entries.delete(entry)) return;
    this.bytes -= entry.bytes;
    this.count(entry, entry.isWhole ? 'whole' : 'coming', -1, -entry.bytes);
    this.forgetEmpty(entry);
  }

  /** Whether one more call of the same callers may be dealt with. The share shrinks while others take room as well. */
  private hasShare({ groups: [address, network, project], isProven }: Entry): boolean {
    const freeCalls = this.limits.maxCalls - this.whole.calls;
    const freeBytes = this.limits.maxBytes - this.whole.bytes;
    const isWelcome = isProven || address.whole.calls < (this.limits.fewCalls ?? 0);
    return [address, network, ...(isWelcome ? [] : [project])].every(
      ({ whole }) => whole.calls < freeCalls && whole.bytes < freeBytes,
    );
  }

  private groupsOf({ address, network, project }: Caller): Entry['groups'] {
    return [this.group(`address ${address}`), this.group(`network ${network}`), this.group(`project ${project}`)];
  }

  private group(name: string): Group {
    const group = this.groups.get(name) ?? { name, coming: { calls: 0, bytes: 0 }, whole: { calls: 0, bytes: 0 } };
    this.groups.set(name, group);
    return group;
  }

  private count({ groups }: Entry, kind: 'coming' | 'whole', calls: number, bytes: number): void {
    const counts = groups.map((group) => group[kind]);
    if (kind === 'whole') counts.push(this.whole);
    for (const count of counts) {
      count.calls += calls;
      count.bytes += bytes;
    }
  }

  private forgetEmpty({ groups }: Entry): void {
    for (const { name, coming, whole } of groups) if (coming.calls + whole.calls === 0) this.groups.delete(name);
  }

  /** @returns false when `newest` itself takes most of the room, or nobody else can go: then it has to. */
  private makeRoom(newest: Entry, counted: Counted): boolean {
    const heaviest = this.heaviest(counted);
    if (heaviest === null || heaviest === newest) return false;
    this.leave(heaviest);
    heaviest.onGiveWay();
    return true;
  }

  /** Of those whose body is not whole yet: the call that is part of the most, the oldest of several. */
  private heaviest(counted: Counted): Entry | null {
    let heaviest: Entry | null = null;
    let [most, mostTogether, mostOwn] = [-1, -1, -1];
    for (const entry of this.entries) {
      if (entry.isWhole) continue;
      let largest = 0;
      let together = 0;
      for (const group of entry.groups) {
        const count = group.coming[counted];
        together += count;
        if (count > largest) largest = count;
      }
      if (largest < most || (largest === most && together < mostTogether)) continue;
      const own = counted === 'calls' ? 1 : entry.bytes;
      if (largest === most && together === mostTogether && own <= mostOwn) continue;
      [heaviest, most, mostTogether, mostOwn] = [entry, largest, together, own];
    }
    return heaviest;
  }
}
