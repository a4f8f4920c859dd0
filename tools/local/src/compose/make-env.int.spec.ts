import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { run } from '../processes/command.ts';

let clone: string;
const file = (...names: string[]) => path.join(clone, ...names);
const read = (...names: string[]) => readFileSync(file(...names), 'utf8');
const make = () => run('sh', [file('deploy/make-env.sh')]);
const settings = () =>
  new Map(
    read('.env')
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );

beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'cooperage-env-'));
  mkdirSync(file('deploy'));
  for (const name of ['.env.example', 'deploy/make-env.sh']) copyFileSync(path.join(CHECKOUT, name), file(name));
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('deploy/make-env.sh', () => {
  it('gives every name without a value a key of its own, readable by nobody else', async () => {
    await make();
    const names = [...read('.env.example').matchAll(/^([A-Z_]+)=$/gm)].map(([, name]) => name as string);
    const keys = names.map((name) => settings().get(name) ?? '');
    expect(names).toContain('SIGNING_ENCRYPTION_KEY');
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(keys).size).toBe(keys.length);
    expect(statSync(file('.env')).mode & 0o777).toBe(0o600);
    expect(statSync(file('secrets')).mode & 0o777).toBe(0o700);
  });

  it('makes a key for the tokens of the registry, and its certificate', async () => {
    await make();
    const certificate = new X509Certificate(read('secrets/registry-token.crt'));
    const key = createPrivateKey(read('secrets/registry-token.key'));
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.checkPrivateKey(key)).toBe(true);
  });

  it('adds what a newer release needs, and changes nothing that is there', async () => {
    await make();
    const before = settings();
    const certificate = read('secrets/registry-token.crt');
    writeFileSync(
      file('.env'),
      read('.env')
        .replace(/^PUBLIC_URL=.*$/m, 'PUBLIC_URL=https://build.example.org')
        .replace(/^REDIS_PASSWORD=.*\n/m, ''),
    );
    appendFileSync(file('.env.example'), 'NEW_KEY=\n');
    await make();
    const after = settings();
    expect(after.get('PUBLIC_URL')).toBe('https://build.example.org');
    expect(after.get('ENCRYPTION_KEY')).toBe(before.get('ENCRYPTION_KEY'));
    expect([after.get('NEW_KEY'), after.get('REDIS_PASSWORD')]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(read('secrets/registry-token.crt')).toBe(certificate);
    expect((await make()).stdout).toContain('nothing was missing');
  });
});
