import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { services, type TestServices } from './services.js';

type Registry = TestServices['registry'];

/** A token of the test registry for one repository. @param ttlSeconds how long it is good for */
export function registryToken(
  repository: string,
  actions: readonly ('pull' | 'push' | 'delete')[] = ['pull'],
  registry: Registry = services().registry,
  ttlSeconds = 300,
): string {
  return mintToken(registry, [`repository:${repository}:${actions.join(',')}`], ttlSeconds);
}

/**
 * A token for the test registry (https://distribution.github.io/distribution/spec/auth/jwt/), for exactly these scopes. Made
 * without the code that makes those of the service: what the registry takes of both is then what the specification says.
 */
export function mintToken(registry: Registry, scopes: readonly string[], ttlSeconds = 300): string {
  const certificate = new X509Certificate(readFileSync(registry.tokenCertFile));
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions] = scope.split(/:(?=[^:]*$)|(?<=^repository):/);
    return { type, name, actions: actions!.split(',') };
  });
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
  const claims = {
    iss: registry.issuer,
    sub: 'test',
    aud: registry.service,
    exp: now + ttlSeconds,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const body = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = createPrivateKey(readFileSync(registry.tokenKeyFile));
  const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}
