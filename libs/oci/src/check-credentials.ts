import type { RegistryCredentials } from './http/authorizer.js';
import type { CallOptions } from './http/call-options.js';
import { type RegistryAddress, RegistryHttp } from './http/registry-http.js';
import { isRegistryError, type RegistryError } from './registry-error.js';

/**
 * Whether a registry takes these credentials. @returns false where it asks nobody for any, so that nothing is known of them
 * @throws {RegistryError} `denied` when it refuses them
 */
export async function checkCredentials(
  address: Omit<RegistryAddress, 'credentials'>,
  credentials: RegistryCredentials,
  options?: CallOptions,
): Promise<boolean> {
  const request = { method: 'GET', target: '/v2/', scopes: [], what: 'ask the registry' } as const;
  const bare = await new RegistryHttp({ ...address, credentials: { kind: 'none' } }).send(
    { ...request, expect: [200, 401] },
    options,
  );
  await bare.drain();
  if (bare.status === 200) return false;
  const answer = await new RegistryHttp({ ...address, credentials }).send({ ...request, expect: [200] }, options);
  await answer.drain();
  return true;
}

/**
 * Does the work by https, and once more by plain http where the operator allows that and the registry has no TLS.
 * @throws {RegistryError}
 */
export async function withPlainFallback<T>(
  mayBePlain: boolean,
  work: (scheme: 'https' | 'http') => Promise<T>,
): Promise<T> {
  try {
    return await work('https');
  } catch (error) {
    if (!mayBePlain || !isRegistryError(error, 'unavailable') || !speaksNoTls(error)) throw error;
    return work('http');
  }
}

/** Somebody has answered, and not in TLS. */
function speaksNoTls({ code }: RegistryError): boolean {
  return /^(?:EPROTO$|ERR_SSL_)/.test(code ?? '');
}
