import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SWITCH = '/proc/sys/net/ipv4/ip_forward';

/** @returns whether this call is what switched it on, so that somebody can switch it off again. */
export function enableForwarding(): boolean {
  if (readFileSync(SWITCH, 'utf8').trim() === '1') return false;
  writeFileSync(SWITCH, '1');
  return true;
}

export function disableForwarding(): void {
  writeFileSync(SWITCH, '0');
}

/** Another clone's engine, or another container system, still needs packets forwarded. Call after removing the own bridge. */
export function hasBridgeOfAnother(): boolean {
  return readdirSync('/sys/class/net').some((name) => /^(coop[0-9a-f]{6}|docker\d|br-|cni|virbr)/.test(name));
}
