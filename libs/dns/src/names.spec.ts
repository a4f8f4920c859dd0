import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNameServer } from './name-server.fixture.js';
import { type NameOptions, Names } from './names.js';

describe('names', () => {
  let server: Awaited<ReturnType<typeof startNameServer>>;
  let folder: string;
  beforeAll(async () => {
    server = await startNameServer();
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-hosts-'));
    await writeFile(
      path.join(folder, 'hosts'),
      '# comment\n192.0.2.9 first Second.example # more\nfe80::1%eth0 x\n2001:db8::9 first\n',
    );
  });
  beforeEach(() => server.questions.splice(0));
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const names = (options: NameOptions = {}) =>
    new Names({ servers: [server.address], hostsFile: path.join(folder, 'hosts'), timeoutMs: 30_000, ...options });

  it('R5-B4 are found while any number of others is waited for', async () => {
    const asked = names();
    const silent = Array.from({ length: 50 }, (_, at) => asked.addresses(`silent-${at}.example`));
    for (const each of silent) each.catch(() => undefined);
    await expect.poll(() => new Set(server.questions).size).toBe(100);
    expect(await asked.addresses('good.example')).toEqual(['192.0.2.7']);
    expect(await Promise.race([...silent, 'none has ended'])).toBe('none has ended');
  });

  it('R5-B4 are given up by themselves, where a name server is silent', async () => {
    await expect(names({ timeoutMs: 100 }).addresses('silent.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  });

  it('R7-B are waited for as long as they may take, also where the name server was quick before', async () => {
    const asked = names();
    for (let n = 0; n < 30; n++) await asked.addresses(`good-${n}.example`);
    expect(await asked.addresses('slow.example')).toEqual(['192.0.2.7']);
  });

  it('R5-B4 are asked for once for all who want them at a time, and again when their answer is old', async () => {
    const asked = names();
    const all = await Promise.all(Array.from({ length: 20 }, () => asked.addresses('Good.example')));
    expect(all).toEqual(Array.from({ length: 20 }, () => ['192.0.2.7']));
    await asked.addresses('good.example');
    expect(server.questions.toSorted()).toEqual(['good.example 1', 'good.example 28']);
    const forgetful = names({ keptMs: 0 });
    await forgetful.addresses('good.example');
    await forgetful.addresses('good.example');
    expect(server.questions).toHaveLength(6);
  });

  it('are asked of the name servers that the machine has now', async () => {
    const other = await startNameServer();
    try {
      const servers = [server.address];
      const resolverFile = path.join(folder, 'resolv.conf');
      await writeFile(resolverFile, 'one');
      const asked = names({ servers, resolverFile, keptMs: 0 });
      await asked.addresses('good.example');
      servers[0] = other.address;
      await asked.addresses('good.example');
      expect(other.questions).toEqual([]);
      await utimes(resolverFile, 1, 1);
      await asked.addresses('good.example');
      expect(other.questions).toHaveLength(2);
    } finally {
      other.close();
    }
  });

  it('are read from the hosts file first', async () => {
    expect(await names().addresses('FIRST')).toEqual(['192.0.2.9', '2001:db8::9']);
    expect(await names().addresses('second.example')).toEqual(['192.0.2.9']);
    expect(server.questions).toEqual([]);
    expect(await names({ hostsFile: path.join(folder, 'none') }).addresses('good.example')).toEqual(['192.0.2.7']);
  });
});
