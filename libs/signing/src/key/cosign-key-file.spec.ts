import { generateKeyPairSync } from 'node:crypto';
import { cpuTimeMs } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { exportCosignKey, importCosignKey, KeyFileError } from './cosign-key-file.js';
import { generateSigningKey } from './signing-key.js';

const key = generateSigningKey();
const file = await exportCosignKey(key, 'pässword');
const body = file.replace(/-----[^-]+-----/g, '').replaceAll('\n', '');
const json = JSON.parse(Buffer.from(body, 'base64').toString());

const withJson = (changed: object) =>
  `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${Buffer.from(JSON.stringify(changed)).toString('base64')}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
const withCost = (cost: object) => withJson({ ...json, kdf: { ...json.kdf, params: { ...json.kdf.params, ...cost } } });

async function code(pem: string, password = 'pässword'): Promise<string> {
  try {
    await importCosignKey(pem, password);
    return 'opened';
  } catch (error) {
    return error instanceof KeyFileError ? error.code : String(error);
  }
}

describe('cosign key file', () => {
  it('opens with its password only', async () => {
    expect((await importCosignKey(file, 'pässword')).hint).toBe(key.hint);
    expect(await code(file, 'password')).toBe('wrong_password');
    expect(await code(file, '')).toBe('wrong_password');
  });

  it('opens under its older name', async () => {
    expect(await code(file.replaceAll('SIGSTORE', 'COSIGN'))).toBe('opened');
  });

  it.each([
    ['N of 2^30', { N: 2 ** 30 }],
    ['r of 1,000', { r: 1_000 }],
    ['p of 1,000', { p: 1_000 }],
  ])('S-044 does not let a file choose what it costs: %s', async (_name, cost) => {
    const begun = cpuTimeMs();
    expect(await code(withCost(cost))).toBe('too_costly');
    expect(cpuTimeMs() - begun).toBeLessThan(200);
  });

  it.each([
    ['nothing', ''],
    ['a plain key', key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['another label at its end', file.replace('END ENCRYPTED SIGSTORE', 'END ENCRYPTED COSIGN')],
    ['no JSON', withJson([]).replace('W10=', 'AAAA')],
    ['a list', withJson([])],
    ['another kdf', withJson({ ...json, kdf: { ...json.kdf, name: 'argon2' } })],
    ['another cipher', withJson({ ...json, cipher: { ...json.cipher, name: 'none' } })],
    ['a short salt', withJson({ ...json, kdf: { ...json.kdf, salt: 'AAAA' } })],
    ['a short nonce', withJson({ ...json, cipher: { ...json.cipher, nonce: 'AAAA' } })],
    ['no ciphertext', withJson({ ...json, ciphertext: undefined })],
    ['N that is no power of two', withCost({ N: 65_535 })],
    ['N of 1', withCost({ N: 1 })],
    ['a negative r', withCost({ r: -8 })],
    ['a text for p', withCost({ p: '1' })],
    ['1 MB', file + ' '.repeat(1 << 20)],
  ])('refuses %s', async (_name, pem) => {
    expect(await code(pem)).toBe('malformed');
  });

  it('refuses a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(await code(await exportCosignKey({ privateKey }, 'x'), 'x')).toBe('wrong_key_type');
  });

  it('never writes the same file twice', async () => {
    expect(await exportCosignKey(key, 'pässword')).not.toBe(file);
  });
});
