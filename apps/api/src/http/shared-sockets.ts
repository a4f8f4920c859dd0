import type { Duplex } from 'node:stream';
import { addressGroup, addressSite } from './client-address.js';

export interface SocketLimits {
  readonly total: number;
  /** Without it only the total counts. */
  readonly perAddress?: number;
  /** Whether a socket may give way to another one of its own site. Without it none does. */
  readonly isIdle?: (socket: Duplex) => boolean;
}

/** Sockets that one search for an idle one looks at. */
const mostLooks = 512;

/**
 * Sockets of this process, bounded in all and for one address. Where they are full, the oldest one of the site with the most gives way to a
 * site with fewer. Where no site has more, the oldest idle one of the same site does.
 */
export class SharedSockets {
  private total = 0;
  /** Sockets of each site in their order, with their addresses. */
  private readonly sites = new Map<string, Map<Duplex, string>>();

  constructor(private readonly limits: SocketLimits) {}

  /** Counts a socket until it closes. @returns false when there is no room for it. */
  add(socket: Duplex, address: string): boolean {
    const [site, group] = [addressSite(address), addressGroup(address)];
    if (this.isFull(site, group)) return false;
    if (this.total >= this.limits.total && !this.makeRoom(site)) return false;
    this.total++;
    this.sites.set(site, (this.sites.get(site) ?? new Map<Duplex, string>()).set(socket, group));
    socket.once('close', () => this.remove(socket, site));
    return true;
  }

  end(): void {
    for (const sockets of this.sites.values()) for (const socket of sockets.keys()) socket.destroy();
  }

  /** Whether the address has as many as it may. All of its site are counted only where they are that many. */
  private isFull(site: string, group: string): boolean {
    const { perAddress = Number.POSITIVE_INFINITY } = this.limits;
    const own = this.sites.get(site);
    return this.sizeOf(site) >= perAddress && countOf(own?.values() ?? [], group) >= perAddress;
  }

  private makeRoom(site: string): boolean {
    const own = this.sizeOf(site);
    let [heaviest, most] = [site, own];
    for (const [other, { size }] of this.sites) if (size > most) [heaviest, most] = [other, size];
    // Sites that have the same would only take places from each other.
    const isOther = most > own + 1;
    const [from, socket] = isOther ? [heaviest, this.oldest(heaviest)] : [site, this.oldestIdle(site)];
    if (!socket) return false;
    this.remove(socket, from);
    socket.destroy();
    return true;
  }

  private oldest(site: string): Duplex | undefined {
    const [oldest] = this.sites.get(site)?.keys() ?? [];
    return oldest;
  }

  /** Those that are not idle go to the end of the order. So a search is short, and the next one looks at others. */
  private oldestIdle(site: string): Duplex | undefined {
    const own = this.sites.get(site);
    const { isIdle } = this.limits;
    if (!own || !isIdle) return undefined;
    let looks = Math.min(own.size, mostLooks);
    for (const [socket, group] of own) {
      if (isIdle(socket)) return socket;
      own.delete(socket);
      own.set(socket, group);
      if (--looks === 0) break;
    }
    return undefined;
  }

  private sizeOf(site: string): number {
    return this.sites.get(site)?.size ?? 0;
  }

  private remove(socket: Duplex, site: string): void {
    const sockets = this.sites.get(site);
    if (!sockets?.delete(socket)) return;
    this.total--;
    if (sockets.size === 0) this.sites.delete(site);
  }
}

function countOf(addresses: Iterable<string>, wanted: string): number {
  let count = 0;
  for (const address of addresses) if (address === wanted) count++;
  return count;
}
