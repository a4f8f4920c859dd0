import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newRegistryTokenKey } from './new-registry-token-key.js';
import type { RegistryAction } from './registry-scope.js';
import {
  mintRegistryToken,
  type RegistryTokenError,
  type RegistryTokenRequest,
  registryTokenKey,
  registryTokenLeewaySeconds,
} from './registry-token.js';
import { verifyRegistryToken } from './verify-registry-token.js';

const { privateKeyPem: tokenKeyPem, certificatePem: tokenCertificatePem } = newRegistryTokenKey('tests', 1);
const { certificatePem: otherTokenCertificatePem } = newRegistryTokenKey('others', 1);
const key = registryTokenKey(tokenKeyPem, tokenCertificatePem);
const nowMs = Date.parse('2026-11-24T12:00:00Z');
const expected = { certificate: key.certificate, issuer: 'cooperage', service: 'registry', nowMs };
const request: RegistryTokenRequest = {
  issuer: 'cooperage',
  service: 'registry',
  subject: 'attempt 1',
  asked: [{ repository: 'staging/1/branch', actions: ['pull', 'push'] }],
  granted: [{ repository: 'staging/1/branch', actions: ['pull', 'push'] }],
  ttlSeconds: 300,
  nowMs,
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());

/** A token with its header or claims changed and signed anew with the real key. */
function resigned(header: object, claims: object): string {
  const [head, body] = mintRegistryToken(key, request).token.split('.');
  const signed = `${encode({ ...decode(head!), ...header })}.${encode({ ...decode(body!), ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function code(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as RegistryTokenError).code;
  }
}

describe('mintRegistryToken', () => {
  it('mints what it is asked for, with the certificate in its header', () => {
    const minted = mintRegistryToken(key, request);
    const [head, body] = minted.token.split('.');
    expect(decode(head!)).toEqual({ typ: 'JWT', alg: 'ES256', x5c: [key.certificate.raw.toString('base64')] });
    expect(decode(body!)).toMatchObject({ iss: 'cooperage', aud: 'registry', sub: 'attempt 1' });
    expect(minted).toMatchObject({ expiresInSeconds: 300, issuedAt: '2026-11-24T12:00:00.000Z' });
    expect(verifyRegistryToken(minted.token, expected)).toEqual({
      subject: 'attempt 1',
      access: request.granted,
      expiresAtSeconds: nowMs / 1000 + 300,
    });
  });

  it('mints a token without any right, for a login', () => {
    const { token } = mintRegistryToken(key, { ...request, asked: [], granted: [] });
    expect(verifyRegistryToken(token, expected).access).toEqual([]);
  });

  it.each([
    ['another repository', [{ repository: 'org/app', actions: ['pull'] }]],
    ['another action', [{ repository: 'staging/1/branch', actions: ['delete'] }]],
    ['a wildcard action', [{ repository: 'staging/1/branch', actions: ['*'] }]],
    ['a wildcard name', [{ repository: 'staging/*', actions: ['pull'] }]],
    ['a parent', [{ repository: 'staging/1', actions: ['pull'] }]],
    ['everything beside the asked', [...request.granted, { repository: 'library/debian', actions: ['pull'] }]],
  ])('S-107 refuses to grant %s', (_name, granted) => {
    const wide = granted as { repository: string; actions: RegistryAction[] }[];
    expect(code(() => mintRegistryToken(key, { ...request, granted: wide }))).toBe('scope_refused');
  });

  it('S-107 refuses a wildcard even when it was asked for', () => {
    const wide = [{ repository: 'staging/1/branch', actions: ['*' as RegistryAction] }];
    expect(code(() => mintRegistryToken(key, { ...request, asked: wide, granted: wide }))).toBe('scope_refused');
  });

  it.each([0, -1, 1.5, Number.NaN, 3_601, Number.POSITIVE_INFINITY])('refuses a life of %d seconds', (ttlSeconds) => {
    expect(code(() => mintRegistryToken(key, { ...request, ttlSeconds }))).toBe('bad_ttl');
  });
});

describe('registryTokenKey', () => {
  it('refuses a certificate of another key', () => {
    expect(code(() => registryTokenKey(tokenKeyPem, otherTokenCertificatePem))).toBe('bad_key');
  });

  it('refuses keys that are not P-256, and what is no key', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(code(() => registryTokenKey(p384, tokenCertificatePem))).toBe('bad_key');
    expect(code(() => registryTokenKey('nothing', tokenCertificatePem))).toBe('bad_key');
    expect(code(() => registryTokenKey(tokenKeyPem, 'nothing'))).toBe('bad_key');
  });
});

describe('verifyRegistryToken', () => {
  const { token } = mintRegistryToken(key, request);
  const [head = '', body = '', signature = ''] = token.split('.');
  const publicPem = key.certificate.publicKey.export({ type: 'spki', format: 'pem' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const signedBy = (signer: typeof stranger, signed: string) =>
    `${signed}.${sign('sha256', Buffer.from(signed), { key: signer, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  const hmac = encode({ typ: 'JWT', alg: 'HS256' });

  it.each([
    ['empty', ''],
    ['no JWT', 'a.b'],
    ['four parts', `${token}.x`],
    ['no JSON', `!!.${body}.${signature}`],
    ['alg none', `${encode({ typ: 'JWT', alg: 'none' })}.${body}.`],
    ['no signature', `${head}.${body}.`],
    [
      'HS256 with the public key as secret',
      `${hmac}.${body}.${createHmac('sha256', publicPem).update(`${hmac}.${body}`).digest('base64url')}`,
    ],
    ['claims swapped', `${head}.${encode({ ...decode(body), sub: 'root' })}.${signature}`],
    ['foreign key', signedBy(stranger, `${head}.${body}`)],
    [
      'foreign key, named by kid',
      signedBy(stranger, `${encode({ typ: 'JWT', alg: 'ES256', kid: '../../key' })}.${body}`),
    ],
    [
      'foreign key, brought in jwk',
      signedBy(
        stranger,
        `${encode({ typ: 'JWT', alg: 'ES256', jwk: createPrivateKey(stranger.export({ type: 'pkcs8', format: 'pem' })).export({ format: 'jwk' }) })}.${body}`,
      ),
    ],
    ['another algorithm in the header', resigned({ alg: 'RS256' }, {})],
    ['foreign issuer', resigned({}, { iss: 'other' })],
    ['another service', resigned({}, { aud: 'other' })],
    ['expired', resigned({}, { exp: nowMs / 1000 - registryTokenLeewaySeconds - 1 })],
    ['from the future', resigned({}, { nbf: nowMs / 1000 + registryTokenLeewaySeconds + 1 })],
    ['no expiry', resigned({}, { exp: undefined })],
    ['a wildcard', resigned({}, { access: [{ type: 'repository', name: 'a', actions: ['*'] }] })],
    ['a catalog', resigned({}, { access: [{ type: 'registry', name: 'catalog', actions: ['*'] }] })],
    ['access that is no object', resigned({}, { access: [null] })],
    ['1 MB', `${'a'.repeat(1 << 20)}.b.c`],
  ])('S-074 refuses a token: %s', (_name, forged) => {
    expect(code(() => verifyRegistryToken(forged, expected))).toBe('invalid_token');
  });

  it('honours a token as long as the registry does', () => {
    const late = { ...expected, nowMs: nowMs + (300 + registryTokenLeewaySeconds) * 1000 };
    expect(verifyRegistryToken(token, late).subject).toBe('attempt 1');
    expect(code(() => verifyRegistryToken(token, { ...late, nowMs: late.nowMs + 1 }))).toBe('invalid_token');
  });
});
