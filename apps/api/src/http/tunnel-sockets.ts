import type { Duplex } from 'node:stream';
import { addressGroup, addressSite } from './client-address.js';

export interface TunnelLimits {
  readonly total: number;
  readonly perAddress: number;
}

/**
 * The live connections of this process, bounded for one address and in all. Where they are full, the oldest one of the site with the
 * most gives way to a site with fewer: its page connects again and asks for everything.
 */
export class TunnelSockets {
  private total = 0;
  /** Sockets of each site in their order, with their addresses. */
  private readonly sites = new Map<string, Map<Duplex, string>>();

  constructor(private readonly limits: TunnelLimits) {}

  /** Counts a socket until it closes. @returns false when there is no room for it. */
  add(socket: Duplex, address: string): boolean {
    const [site, group] = [addressSite(address), addressGroup(address)];
    const own = this.sites.get(site);
    if (countOf(own?.values() ?? [], group) >= this.limits.perAddress) return false;
    if (this.total >= this.limits.total && !this.makeRoom(own?.size ?? 0)) return false;
    this.total++;
    this.sites.set(site, (this.sites.get(site) ?? new Map<Duplex, string>()).set(socket, group));
    socket.once('close', () => this.remove(socket, site));
    return true;
  }

  end(): void {
    for (const sockets of this.sites.values()) for (const socket of sockets.keys()) socket.destroy();
  }

  private makeRoom(own: number): boolean {
    let [heaviest, most]: [string, number] = ['', 0];
    for (const [site, { size }] of this.sites) if (size > most) [heaviest, most] = [site, size];
    const [oldest] = this.sites.get(heaviest)?.keys() ?? [];
    // Sites that have the same would only take places from each other.
    if (!oldest || most <= own + 1) return false;
    this.remove(oldest, heaviest);
    oldest.destroy();
    return true;
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
