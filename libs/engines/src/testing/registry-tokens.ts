import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestServices } from '@cooperage/testing';
import type { BuildRequest } from '../build-request.js';

/** A token for the test registry (https://distribution.github.io/distribution/spec/auth/jwt/), for exactly these scopes. */
export function mintToken(registry: TestServices['registry'], scopes: readonly string[]): string {
  const certificate = new X509Certificate(readFileSync(registry.tokenCertFile));
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions] = scope.split(/:(?=[^:]*$)|(?<=^repository):/);
    return { type, name, actions: actions!.split(',') };
  });
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
  const claims = {
    iss: registry.issuer,
    sub: 'trial',
    aud: registry.service,
    exp: now + 300,
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

/** Rights at the test registry for the repositories named; other repositories get no token. */
export function rightsTo(
  registry: TestServices['registry'],
  repositories: readonly string[],
): BuildRequest['registryAuth'] {
  return {
    token: async (host, scopes) => {
      const allowed = scopes.filter((scope) => repositories.includes(scope.split(':')[1]!));
      if (host !== registry.host || allowed.length === 0) return null;
      return { token: mintToken(registry, allowed), expiresInSeconds: 300 };
    },
    credentials: () => null,
  };
}
