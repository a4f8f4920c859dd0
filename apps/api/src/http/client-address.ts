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

/** IPv4 addresses arrive mapped into IPv6 where both are listened to. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
