export interface HealthLimits {
  /** Connections of this machine or container itself. */
  readonly ownConnections: number;
  readonly otherConnections: number;
  /** How long a connection may last, whatever comes or leaves on it. */
  readonly connectionMs: number;
}

export const usualLimits: HealthLimits = { ownConnections: 16, otherConnections: 48, connectionMs: 10_000 };

/** What of a `Socket` is needed here. */
interface Connection {
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/**
 * Connections of a server that asks for no login, each for a few seconds. Whoever asks from inside, as the health check of a container does, has
 * places that nobody else takes. Where places are full, the oldest connection of the address with the most gives way.
 */
export class HealthConnections {
  /** By address, in their order. */
  private readonly own = new Map<string, Set<Connection>>();
  private readonly others = new Map<string, Set<Connection>>();

  constructor(private readonly limits: HealthLimits) {}

  /** Counts a connection until it closes. */
  add(connection: Connection): void {
    const { remoteAddress: address } = connection;
    // It has gone already.
    if (address === undefined) return void connection.destroy();
    const [places, most] = isLoopback(address)
      ? [this.own, this.limits.ownConnections]
      : [this.others, this.limits.otherConnections];
    places.set(address, (places.get(address) ?? new Set()).add(connection));
    const timer = setTimeout(() => connection.destroy(), this.limits.connectionMs).unref();
    connection.once('close', () => {
      clearTimeout(timer);
      remove(places, address, connection);
    });
    if (sizeOf(places) > most) endOldest(places);
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function sizeOf(places: ReadonlyMap<string, ReadonlySet<Connection>>): number {
  let size = 0;
  for (const each of places.values()) size += each.size;
  return size;
}

function endOldest(places: Map<string, Set<Connection>>): void {
  const [heaviest] = [...places].sort(([, one], [, other]) => other.size - one.size);
  const [address, connections] = heaviest!;
  const [oldest] = connections;
  remove(places, address, oldest!);
  oldest!.destroy();
}

function remove(places: Map<string, Set<Connection>>, address: string, connection: Connection): void {
  const connections = places.get(address);
  connections?.delete(connection);
  if (connections?.size === 0) places.delete(address);
}
