import { verify, type X509Certificate } from 'node:crypto';
import { isObject, type JsonObject } from '../document/json-shape.js';
import { parseScope, type RegistryScope } from './registry-scope.js';
import { RegistryTokenError, registryTokenLeewaySeconds } from './registry-token.js';

export interface RegistryTokenExpectation {
  readonly certificate: X509Certificate;
  readonly issuer: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface RegistryTokenClaims {
  readonly subject: string;
  readonly access: readonly RegistryScope[];
  /** Seconds since 1970. */
  readonly expiresAtSeconds: number;
}

const maxTokenLength = 16_384;

/**
 * Reads a token that we minted ourselves. The key is the one given, never one that the token names: `kid`, `jwk` and
 * foreign `x5c` headers have no say (CVE-2025-24976), and the algorithm is ES256 or nothing.
 * @throws {RegistryTokenError} `invalid_token`.
 */
export function verifyRegistryToken(token: string, expected: RegistryTokenExpectation): RegistryTokenClaims {
  if (token.length > maxTokenLength) throw invalid('is too long');
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) throw invalid('is not a JWT');
  const header = decode(head);
  if (header.alg !== 'ES256' || header.typ !== 'JWT') throw invalid('is not an ES256 JWT');
  if (!isSignedBy(expected.certificate, `${head}.${body}`, signature)) throw invalid('has a wrong signature');
  return checkedClaims(decode(body), expected);
}

function isSignedBy(certificate: X509Certificate, signed: string, signature: string): boolean {
  const key = { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', Buffer.from(signed), key, Buffer.from(signature, 'base64url'));
}

function checkedClaims(claims: JsonObject, expected: RegistryTokenExpectation): RegistryTokenClaims {
  const now = expected.nowMs / 1000;
  if (claims.iss !== expected.issuer) throw invalid('is of another issuer');
  if (claims.aud !== expected.service) throw invalid('is for another service');
  if (typeof claims.exp !== 'number' || now > claims.exp + registryTokenLeewaySeconds) throw invalid('has expired');
  if (typeof claims.nbf !== 'number' || now < claims.nbf - registryTokenLeewaySeconds)
    throw invalid('is not valid yet');
  if (typeof claims.sub !== 'string' || !Array.isArray(claims.access)) throw invalid('lacks claims');
  return { subject: claims.sub, access: claims.access.map(readAccess), expiresAtSeconds: claims.exp };
}

function readAccess(value: unknown): RegistryScope {
  const { type, name, actions } = isObject(value) ? value : {};
  const scope = Array.isArray(actions) ? parseScope(`${String(type)}:${String(name)}:${actions.join(',')}`) : null;
  if (!scope) throw invalid('names what we never grant');
  return scope;
}

function decode(part: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // The sentence below is all that a stranger's token deserves.
  }
  throw invalid('is not a JWT');
}

function invalid(what: string): RegistryTokenError {
  return new RegistryTokenError('invalid_token', `the registry token ${what}`);
}
