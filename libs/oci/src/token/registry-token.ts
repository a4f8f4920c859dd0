import { createPrivateKey, type KeyObject, randomUUID, sign, X509Certificate } from 'node:crypto';
import { isRepositoryName } from '@cooperage/domain';
import { mergeScopes, type RegistryScope, registryActions, withinScopes } from './registry-scope.js';

/** The registry accepts a token for this long after its expiry (docker-registry's fixed leeway). */
export const registryTokenLeewaySeconds = 60;

const maxTtlSeconds = 3_600;

/** `bad_key`: the key pair cannot mint. `scope_refused`: wider than asked, or a wildcard. `bad_ttl`: out of range. */
export class RegistryTokenError extends Error {
  override readonly name = 'RegistryTokenError';
  readonly code: 'bad_key' | 'scope_refused' | 'bad_ttl' | 'invalid_token';

  constructor(code: RegistryTokenError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The key that the registry trusts through its `rootcertbundle`. */
export interface RegistryTokenKey {
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
}

export interface RegistryTokenRequest {
  /** `issuer` and `service` of the registry's token configuration. */
  readonly issuer: string;
  readonly service: string;
  /** Who bears the token; the registry writes it to its log. Empty for an anonymous one. */
  readonly subject: string;
  /** What was asked for; nothing outside is ever minted. */
  readonly asked: readonly RegistryScope[];
  /** What the caller found allowed. Empty makes a token that only proves who somebody is. */
  readonly granted: readonly RegistryScope[];
  /** 1 to 3,600. The registry honours the token `registryTokenLeewaySeconds` longer. */
  readonly ttlSeconds: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface MintedRegistryToken {
  readonly token: string;
  readonly expiresInSeconds: number;
  /** RFC 3339, as the answer of a token service gives it. */
  readonly issuedAt: string;
}

/** @throws {RegistryTokenError} `bad_key` unless it is a P-256 key and the certificate is its own. */
export function registryTokenKey(privateKeyPem: string | Buffer, certificatePem: string | Buffer): RegistryTokenKey {
  const privateKey = readKey(() => createPrivateKey(privateKeyPem), 'the token key cannot be read');
  const certificate = readKey(() => new X509Certificate(certificatePem), 'the token certificate cannot be read');
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new RegistryTokenError('bad_key', 'the token key is not an EC P-256 key');
  if (!certificate.checkPrivateKey(privateKey))
    throw new RegistryTokenError('bad_key', 'the token certificate belongs to another key');
  return { privateKey, certificate };
}

/**
 * Mints a token of Docker's token authentication (a JWT signed with ES256, the certificate in its `x5c` header).
 * @throws {RegistryTokenError} `scope_refused` or `bad_ttl`.
 */
export function mintRegistryToken(key: RegistryTokenKey, request: RegistryTokenRequest): MintedRegistryToken {
  const { ttlSeconds } = request;
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > maxTtlSeconds)
    throw new RegistryTokenError('bad_ttl', `a registry token lives 1 to ${maxTtlSeconds} seconds`);
  refuseWideScopes(request);
  const issuedAtSeconds = Math.floor(request.nowMs / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [key.certificate.raw.toString('base64')] };
  const signed = `${encode(header)}.${encode(claimsOf(request, issuedAtSeconds))}`;
  const signature = sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    token: `${signed}.${signature.toString('base64url')}`,
    expiresInSeconds: ttlSeconds,
    issuedAt: new Date(issuedAtSeconds * 1000).toISOString(),
  };
}

function claimsOf(request: RegistryTokenRequest, issuedAtSeconds: number): object {
  return {
    iss: request.issuer,
    sub: request.subject,
    aud: request.service,
    exp: issuedAtSeconds + request.ttlSeconds,
    nbf: issuedAtSeconds,
    iat: issuedAtSeconds,
    jti: randomUUID(),
    access: mergeScopes(request.granted).map(({ repository, actions }) => ({
      type: 'repository',
      name: repository,
      actions,
    })),
  };
}

function refuseWideScopes({ asked, granted }: RegistryTokenRequest): void {
  for (const { repository, actions } of granted) {
    if (!isRepositoryName(repository) || actions.some((action) => !registryActions.includes(action)))
      throw new RegistryTokenError('scope_refused', 'a registry token names one repository and known actions only');
  }
  if (!withinScopes(granted, asked))
    throw new RegistryTokenError('scope_refused', 'a registry token gives no more than was asked for');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function readKey<Key>(read: () => Key, message: string): Key {
  try {
    return read();
  } catch {
    throw new RegistryTokenError('bad_key', message);
  }
}
