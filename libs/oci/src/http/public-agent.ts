import type { LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { publicNames } from '@cooperage/dns';
import { isPublicAddress } from '@cooperage/domain';
import { Agent, buildConnector } from 'undici';

/** As the `code` of the `RegistryError` of a call that was not made. */
export const innerAddressCode = 'INNER_ADDRESS';

/**
 * Connections to registries that strangers name: none to an address that is not public (S-019, S-020 of the threat list).
 * What a name resolves to is looked at as the connection is made, so that a redirect and a name that answers otherwise a
 * moment later change nothing.
 * @param allowInner `host:port` pairs that the operator trusts, wherever they are.
 */
export function publicAgent(allowInner: readonly string[] = []): Agent {
  const allowed = new Set(allowInner.map((each) => each.toLowerCase()));
  const anywhere = buildConnector({});
  const publicOnly = buildConnector({ lookup: lookUpPublic });
  return new Agent({
    connections: 4,
    connect: (options, callback) => {
      const port = options.port || (options.protocol === 'https:' ? '443' : '80');
      if (allowed.has(`${options.hostname}:${port}`.toLowerCase())) return anywhere(options, callback);
      // An address that is written out is not looked up.
      const address = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(address) !== 0 && !isPublicAddress(address)) return callback(innerAddress(address), null);
      publicOnly(options, callback);
    },
  });
}

const lookUpPublic: LookupFunction = (host, options, callback) => {
  publicNames.addresses(host).then(
    (found) => {
      if (!found.every(isPublicAddress)) return callback(innerAddress(host), '');
      const addresses = found.map((address) => ({ address, family: isIP(address) })).filter(ofFamily(options.family));
      const [first] = addresses;
      if (!first) return callback(innerAddress(host), '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
    (error: NodeJS.ErrnoException) => callback(error, ''),
  );
};

/** Zero, or nothing, is any. */
function ofFamily(wanted: LookupOptions['family']): (each: { readonly family: number }) => boolean {
  const number = typeof wanted === 'string' ? Number(wanted.replace('IPv', '')) : (wanted ?? 0);
  return ({ family }) => number === 0 || family === number;
}

function innerAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is not on the public internet`), { code: innerAddressCode });
}
