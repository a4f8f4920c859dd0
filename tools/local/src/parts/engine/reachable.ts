import { lookup } from 'node:dns/promises';
import type { Place } from './firewall-rules.ts';

/** `host:port`, `[address]:port`, or a host alone: then the ports of HTTP. A port of `*` is any. */
const PLACE = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+|\*))?$/;
const HTTP_PORTS = [80, 443];

/** Places by address, as their names lead to them now. What leads nowhere is left out: nobody can connect there either. */
export async function placesOf(hosts: readonly string[]): Promise<Place[]> {
  const places = await Promise.all(hosts.map(placesOfOne));
  return places.flat();
}

async function placesOfOne(text: string): Promise<Place[]> {
  const [, bracketed, name = bracketed, port] = PLACE.exec(text) ?? [];
  if (!name) return [];
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.flatMap(({ address }) => {
    if (port === '*') return [{ address }];
    return (port ? [Number(port)] : HTTP_PORTS).map((each) => ({ address, port: each }));
  });
}

/** The proxies that the environment names for the engine, as `host:port`. */
export function proxies(environment: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(environment).filter((name) => /^(https?|all)_proxy$/i.test(name));
  const urls = names.flatMap((name) => URL.parse(environment[name] ?? '') ?? []);
  return [...new Set(urls.map(({ hostname, port, protocol }) => `${hostname}:${port || portOf(protocol)}`))];
}

function portOf(protocol: string): number {
  if (protocol === 'https:') return 443;
  return protocol.startsWith('socks') ? 1080 : 80;
}
