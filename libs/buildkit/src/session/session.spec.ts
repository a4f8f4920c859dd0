import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../proto/codec.js';
import { authMethods, type RegistryAuth } from './auth.js';
import { secretsMethod } from './secrets.js';
import { readHeaders, SessionFault, type SessionMethod } from './service.js';

const ask = (methods: SessionMethod[], name: string, request: Uint8Array): Promise<Uint8Array> => {
  const method = methods.find(({ path }) => path.endsWith(`/${name}`))!;
  return method.kind === 'unary' ? method.answer(request, new Map()) : Promise.reject(new Error('not unary'));
};
const host = (name: string) => encode('HostRequest', { Host: name });

describe('secrets', () => {
  const methods = [secretsMethod(new Map([['token', Buffer.from('value')]]))];

  it('are given by id', async () => {
    const answer = await ask(methods, 'GetSecret', encode('GetSecretRequest', { ID: 'token' }));
    expect(Buffer.from(decode('GetSecretResponse', answer).data).toString()).toBe('value');
  });

  it.each(['nope', 'HTTP_AUTH_TOKEN_example.com', '__proto__', ''])('%j is not found, never empty', async (ID) => {
    await expect(ask(methods, 'GetSecret', encode('GetSecretRequest', { ID }))).rejects.toMatchObject({ code: 5 });
  });
});

describe('rights at registries', () => {
  const auth: RegistryAuth = {
    hasTokens: (name) => name === 'own',
    token: async (_host, scopes) => (scopes[0] === 'good' ? { token: 't', expiresInSeconds: 60.9 } : null),
    credentials: (name) => (name === 'other' ? { username: 'u', password: 'p' } : null),
  };

  it('are proved by a key of this session alone', async () => {
    const methods = authMethods(auth);
    const { PublicKey } = decode('TokenAuthorityResponse', await ask(methods, 'GetTokenAuthority', host('own')));
    const Payload = Buffer.alloc(32, 7);
    const answer = await ask(
      methods,
      'VerifyTokenAuthority',
      encode('VerifyTokenAuthorityRequest', { Host: 'own', Payload }),
    );
    const signed = Buffer.from(decode('VerifyTokenAuthorityResponse', answer).Signed);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(PublicKey).toString('base64url') };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    expect(signed.subarray(64)).toEqual(Payload);
    expect(verify(null, Payload, key, signed.subarray(0, 64))).toBe(true);
    const other = decode('TokenAuthorityResponse', await ask(authMethods(auth), 'GetTokenAuthority', host('own')));
    expect(other.PublicKey).not.toEqual(PublicKey);
  });

  it('a token is for the scopes asked, or refused', async () => {
    const methods = authMethods(auth);
    const request = (scope: string) => encode('FetchTokenRequest', { Host: 'own', Scopes: [scope] });
    expect(decode('FetchTokenResponse', await ask(methods, 'FetchToken', request('good')))).toMatchObject({
      Token: 't',
      ExpiresIn: 60,
    });
    await expect(ask(methods, 'FetchToken', request('bad'))).rejects.toMatchObject({ code: 7 });
  });

  it('a registry has tokens or credentials, never both: empty ones would join it to anonymous access', async () => {
    const methods = authMethods(auth);
    await expect(ask(methods, 'Credentials', host('own'))).rejects.toBeInstanceOf(SessionFault);
    await expect(ask(methods, 'GetTokenAuthority', host('other'))).rejects.toMatchObject({ code: 12 });
    const given = decode('CredentialsResponse', await ask(methods, 'Credentials', host('other')));
    expect(given).toEqual({ Username: 'u', Secret: 'p' });
    const none = decode('CredentialsResponse', await ask(methods, 'Credentials', host('unknown')));
    expect(none).toEqual({ Username: '', Secret: '' });
  });
});

describe('headers of a call', () => {
  it('keep repeats apart, commas and all', () => {
    const headers = readHeaders(['followpaths', 'a,b', 'dir-name', 'context', 'followpaths', 'c']);
    expect(headers.get('followpaths')).toEqual(['a,b', 'c']);
    expect(headers.get('dir-name')).toEqual(['context']);
  });
});
