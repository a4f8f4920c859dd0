import { isIP } from 'node:net';
import { format } from './format.js';
import { pattern, splitList } from './plain.js';

/** Whether a host name of a URL means this machine and nothing else. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

export function isEveryInterface(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]' || host === '*';
}

/** An address to listen on. */
export const listenHost = pattern(/^[A-Za-z0-9.:[\]*-]{1,255}$/, 'is a host name or an address');

/** `host:port` or `host`, without a scheme or a path. */
export const hostAndPort = pattern(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/,
  'is host or host:port, without a scheme and a path',
);

export const exactHostAndPort = pattern(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]):\d{1,5}$/,
  'is a list of host:port, each with its port',
);

/** A base address: scheme, host and port, nothing else. The value has no slash at its end. */
export const origin = format((text) => {
  const url = readUrl(text, ['http:', 'https:']);
  if (url.username || url.password) throw new TypeError('holds no user name and no password');
  if (url.pathname !== '/' || url.search || url.hash) throw new TypeError('is a base address without a path');
  return url.origin;
});

/** The address that people see: https, or http on this machine, because session cookies demand a secure context. */
export const publicOrigin = origin.refine(
  (value) => value.startsWith('https:') || isLoopbackHost(new URL(value).hostname),
  'starts with https:// (http:// only on a loopback address)',
);

export const httpsUrl = format((text) => {
  const url = readUrl(text, ['https:', 'http:']);
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) throw new TypeError('starts with https://');
  return text;
});

export const engineAddress = pattern(
  /^(?:unix:\/\/\/[^\0]+|tcp:\/\/[A-Za-z0-9.[\]:-]+:\d{1,5})$/,
  'is unix:///path or tcp://host:port',
);

/**
 * Whose word about the client's address is taken: nobody's, that of a number of proxies, or that of listed addresses and
 * networks. `true` would let every client name its own address and is refused.
 */
export const trustProxy = format((text): false | number | readonly string[] => {
  if (text === 'false') return false;
  if (/^[1-9]$/.test(text)) return Number(text);
  const networks = splitList(text);
  if (networks.length === 0 || !networks.every(isNetwork))
    throw new TypeError('is false, a number of proxies from 1 to 9, or a list of addresses and networks');
  return networks;
});

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** @throws {TypeError} when `text` is no URL or its scheme is none of `schemes` (each with its colon). */
export function readUrl(text: string, schemes: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !schemes.includes(url.protocol))
    throw new TypeError(`is an address that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  return url;
}
