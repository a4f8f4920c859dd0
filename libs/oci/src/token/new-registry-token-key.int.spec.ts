import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryClient } from '../registry-client.js';
import { isRegistryError } from '../registry-error.js';
import { newRegistryTokenKey } from './new-registry-token-key.js';
import type { RegistryScope } from './registry-scope.js';
import { mintRegistryToken, registryTokenKey } from './registry-token.js';

const made = newRegistryTokenKey('a registry of our own', 1);
const folder = mkdtempSync(join(tmpdir(), 'cooperage-oci-'));
let host: string;
let registry: ChildProcess;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

async function untilItListens(client: RegistryClient): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const failure = await client.manifests.get('a', 'b').catch((error: unknown) => error);
    if (!isRegistryError(failure, 'unavailable')) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('the registry does not start');
}

beforeAll(async () => {
  host = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, 'token.pem'), made.certificatePem);
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    auth: {
      token: { realm: 'http://127.0.0.1:1/', service: 'r', issuer: 'i', rootcertbundle: join(folder, 'token.pem') },
    },
  };
  const file = join(folder, 'config.yml');
  writeFileSync(file, JSON.stringify(config));
  registry = spawn(services().tools['docker-registry']!, ['serve', file], { stdio: 'ignore' });
  await untilItListens(new RegistryClient({ host, scheme: 'http' }));
});

afterAll(() => {
  registry.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe('a registry that trusts a certificate of ours', () => {
  const clientOf = (keys: typeof made) => {
    const key = registryTokenKey(keys.privateKeyPem, keys.certificatePem);
    const tokenFor = (asked: readonly RegistryScope[]) =>
      mintRegistryToken(key, {
        issuer: 'i',
        service: 'r',
        subject: '',
        asked,
        granted: asked,
        ttlSeconds: 30,
        nowMs: Date.now(),
      }).token;
    return new RegistryClient({ host, scheme: 'http', credentials: { kind: 'token', tokenFor } });
  };

  it('takes our tokens', async () => {
    const digest = await clientOf(made).blobs.put('a/b', Buffer.from('hello'));
    expect(await clientOf(made).blobs.size('a/b', digest)).toBe(5);
  });

  it('takes no token of another key under the same name', async () => {
    const failure = await clientOf(newRegistryTokenKey('a registry of our own', 1))
      .blobs.put('a/b', Buffer.from('hello'))
      .catch((error: unknown) => error);
    expect(isRegistryError(failure, 'denied')).toBe(true);
  });
});
