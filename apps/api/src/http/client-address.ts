import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Config } from '@cooperage/config';

export type TrustProxy = Config<'api'>['http']['trustProxy'];

/** Whether the word of a proxy is taken. @param hop how many proxies there are between it and us, from 0. */
export type Trust = (address: string, hop: number) => boolean;

export function trustOf(setting: TrustProxy): Trust {
  if (setting === false) return () => false;
  if (typeof setting === 'number') return (_address, hop) => hop < setting;
  const list = new BlockList();
  for (const network of setting) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Who really asks: from our side of the chain on, the first address whose word on its own client is not taken.
 * @param remote the other end of the connection.
 * @param forwardedFor the `X-Forwarded-For` header, which anybody can send.
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, trust: Trust): string {
  const claimed = (forwardedFor ?? '').split(',').map((part) => part.trim());
  const chain = [...claimed, withoutMapping(remote)].filter((address) => address !== '').reverse();
  const at = chain.findIndex((address, hop) => !trust(address, hop));
  return chain[at === -1 ? chain.length - 1 : at] ?? '';
}

/** As `clientAddress`, of a request that no framework has seen. */
export function addressOf({ headers, socket }: IncomingMessage, trust: Trust): string {
  const forwardedFor = [headers['x-forwarded-for'] ?? []].flat().join(',');
  return clientAddress(socket.remoteAddress ?? '', forwardedFor || undefined, trust);
}

/** Whether the word of the other end of the connection is taken. */
export function isTrusted({ socket }: IncomingMessage, trust: Trust): boolean {
  return trust(withoutMapping(socket.remoteAddress ?? ''), 0);
}

/** IPv4 addresses arrive mapped into IPv6 where both are listened to. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * What limits of one caller count by: an IPv4 address, or the first 64 bits of an IPv6 address, since a subscriber gets a
 * network of that size to choose from (RFC 6177). Anything else stays as it is.
 */
export function addressGroup(address: string): string {
  return networkOf(address, 64);
}

/** What limits of many callers count by as well: a site gets up to 65,536 networks of IPv6 (RFC 6177). IPv4 as above. */
export function addressSite(address: string): string {
  return networkOf(address, 48);
}

function networkOf(address: string, bits: 48 | 64): string {
  const plain = withoutMapping(address);
  if (isIP(plain) !== 6) return plain;
  const [before = '', after] = withoutZone(plain)
    .replace(/[\d.]+$/, (tail) => (tail.includes('.') ? '0:0' : tail))
    .split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(before), groups(after ?? '')];
  const filled = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const network = filled.slice(0, bits / 16).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/${bits}`;
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
