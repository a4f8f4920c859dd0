import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { publicNames } from '@cooperage/dns';
import { BuildFailure, hostPort, isPublicAddress, type RemoteUrl } from '@cooperage/domain';
import { orAborted } from '../or-aborted.js';

/** Gives all addresses of a name, best first. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export interface AddressGuardOptions {
  /** `host:port` pairs whose addresses the operator trusts, wherever they are. */
  readonly allowPrivate: ReadonlySet<string>;
  readonly resolve?: Resolver;
  readonly signal?: AbortSignal | undefined;
}

const resolveTimeoutMs = 15_000;

/**
 * The addresses that a connection to this remote may go to. They are looked up once, here, and the connection is pinned
 * to them: a name that answers otherwise a moment later changes nothing (S-019, S-020 of the threat list).
 * @throws {BuildFailure} `PolicyRefused` when one of them is not public, `SourceUnavailable` when there is none.
 */
export async function checkedAddresses(remote: RemoteUrl, options: AddressGuardOptions): Promise<readonly string[]> {
  const isTrusted = options.allowPrivate.has(hostPort(remote));
  const addresses = isIP(remote.host) ? [remote.host] : await resolved(remote.host, isTrusted, options);
  if (addresses.length === 0) throw unresolved(remote.host);
  if (!isTrusted && !addresses.every(isPublicAddress))
    throw new BuildFailure(
      'PolicyRefused',
      `The git host ${remote.host} is inside a private network. An operator can allow ${hostPort(remote)}.`,
    );
  return addresses;
}

async function resolved(host: string, isTrusted: boolean, options: AddressGuardOptions): Promise<readonly string[]> {
  const resolve = options.resolve ?? (isTrusted ? systemResolver : publicResolver);
  const timeout = AbortSignal.timeout(resolveTimeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    return await orAborted(resolve(host), signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unresolved(host, error);
  }
}

/** Of a name that a tenant gives. It holds no thread of the process, however long its name server is silent. */
function publicResolver(host: string): Promise<readonly string[]> {
  return publicNames.addresses(host);
}

/** Of a name that the operator gives: search domains and all that the machine knows count. */
async function systemResolver(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function unresolved(host: string, cause?: unknown): BuildFailure {
  return new BuildFailure('SourceUnavailable', `The name of the git host ${host} could not be resolved.`, { cause });
}
