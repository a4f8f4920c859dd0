import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { lyingGitServer, packHead } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { HostileHosts } from '../spec/hostile-hosts.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const ref = 'refs/heads/main';

describe('faults around a fetch', () => {
  let hosts: HostileHosts;

  beforeAll(async () => {
    hosts = await HostileHosts.start();
  });

  afterAll(() => hosts.close());

  it('takes over at once from a worker that was killed in the middle of a fetch, and ends its git', async () => {
    const commit = await (await hosts.host.repository('killed.git')).commit({ Dockerfile: 'x' });
    // A host that is stuck in the middle of a pack, and then serves again.
    let isStuck = true;
    const mute = lyingGitServer((send) => void send(packHead(3)));
    const stuck = await hosts.server((request, response) => isStuck && mute(request, response));
    const project = { id: 'killed', remoteUrl: `${stuck.origin}/killed.git` };
    const folder = join(hosts.mirrorRoot, mirrorFolder(project));
    const victim = startWorker({ mirrorRoot: hosts.mirrorRoot, origin: stuck.origin, port: stuck.port, commit });
    await expect.poll(() => stuck.requests.length).toBeGreaterThanOrEqual(2);
    expect(await gitProcesses(stuck.origin)).not.toEqual([]);
    // The helper's number is noted right after its start.
    await expect.poll(() => isNoted(folder, stuck.origin)).toBe(true);
    victim.kill('SIGKILL');
    isStuck = false;
    const startedAt = performance.now();
    const source = hosts.source([stuck.port]);
    const facts = await source.prepare(project, { ref, commit });
    expect(facts.commit).toBe(commit);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(await gitProcesses(stuck.origin)).toEqual([]);
    const packs = await readdir(join(folder, 'files.git', 'objects', 'pack'));
    expect(packs.filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  it('goes through the operator’s proxy where there is one, looking nothing up, and around it to named hosts', async () => {
    const seen: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      seen.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const httpsProxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const resolve = (): Promise<never> => Promise.reject(new Error('nothing is looked up here'));
    const source = hosts.source([hosts.host.server.port], {}, { httpsProxy, resolve });
    const project = { id: 'proxied', remoteUrl: 'https://git.example.invalid/a.git' };
    expect((await failureOf(source.refs(project))).code).toBe('SourceUnavailable');
    expect(seen).toEqual(['git.example.invalid:443']);
    const literal = { id: 'proxied', remoteUrl: 'https://10.0.0.1/a.git' };
    expect((await failureOf(source.refs(literal))).code).toBe('PolicyRefused');
    await (await hosts.host.repository('near.git')).commit({ a: '1' });
    const near = { id: 'near', remoteUrl: hosts.host.url('near.git') };
    expect((await source.refs(near)).commits.size).toBe(1);
    expect(seen).toHaveLength(1);
    proxy.close();
  });

  it('keeps passwords out of argument lists and off the disk', async () => {
    const secret = 's3cret-canary-value';
    const mute = await hosts.server(() => true);
    const source = hosts.source([mute.port]);
    const credentials = { kind: 'basic', username: 'u', password: secret } as const;
    const project = { id: 'secret', remoteUrl: `${mute.origin}/a.git`, credentials };
    const abort = new AbortController();
    const reading = source.refs(project, abort.signal).catch(() => {});
    await expect.poll(() => gitProcesses(mute.origin)).not.toEqual([]);
    const encoded = Buffer.from(`u:${secret}`).toString('base64');
    for (const line of await gitProcesses(mute.origin)) expect(line).not.toMatch(new RegExp(`${secret}|${encoded}`));
    const files = await readdir(hosts.mirrorRoot, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()))
      expect(await readFile(join(file.parentPath, file.name), 'latin1').catch(() => '')).not.toMatch(
        new RegExp(`${secret}|${encoded}`),
      );
    abort.abort();
    await reading;
  });

  it('says which git it has, and refuses one that could not pin an address', async () => {
    expect(await hosts.source([]).check()).toMatch(/^2\.\d+/);
    const missing = hosts.source([], {}, { gitPath: join(hosts.host.folder, 'no-git') });
    expect((await failureOf(missing.check())).message).toMatch(/not installed/);
    const old = join(hosts.host.folder, 'old-git');
    await writeFile(old, '#!/bin/sh\necho git version 2.36.9\n', { mode: 0o755 });
    const outdated = hosts.source([], {}, { gitPath: old });
    expect((await failureOf(outdated.refs({ id: 'x', remoteUrl: hosts.host.url('x.git') }))).message).toMatch(
      /older than 2\.37/,
    );
  });
});

interface WorkerInput {
  readonly mirrorRoot: string;
  readonly origin: string;
  readonly port: number;
  readonly commit: string;
}

/** Another process that fetches into the same mirrors. */
function startWorker({ mirrorRoot, origin, port, commit }: WorkerInput): ChildProcess {
  const script = `
    const { createSource } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const [mirrorRoot, origin, port, commit] = process.argv.slice(1);
    const source = createSource({ mirrorRoot, allowPlainHttp: ['127.0.0.1:' + port] });
    await source.prepare({ id: 'killed', remoteUrl: origin + '/killed.git' }, { ref: 'refs/heads/main', commit });`;
  const loader = new URL('../spec/load-sources.mjs', import.meta.url).href;
  const options = ['--conditions=source', '--import', loader, '--input-type=module', '-e', script];
  return spawn(process.execPath, [...options, mirrorRoot, origin, String(port), commit], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Whether a git that is noted in this folder, so that somebody else could end it, names this address. */
async function isNoted(folder: string, origin: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true });
  const notes = names.filter((name) => name.endsWith('.helper')).map((name) => readFile(join(folder, name), 'utf8'));
  const pids = (await Promise.all(notes)).map((note) => (JSON.parse(note) as { pid: number }).pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.some((line) => line.includes(origin));
}

/** Command lines of git processes that name this address. */
async function gitProcesses(origin: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('git') && line.includes(origin) && !line.includes('--conditions=source'));
}
