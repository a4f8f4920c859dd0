import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { groupFolders } from '../parts/engine/control-groups.ts';
import { findTools } from '../toolchain/find-tools.ts';
import { Tools } from '../toolchain/tools.ts';
import { examineLimits, examineProtections, examineShared } from './protections.ts';

const variables = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

it('R-C2 says that a proxy has to refuse private addresses itself', async () => {
  vi.stubEnv('https_proxy', 'http://127.0.0.1:3128');
  const [, , filter] = await examineProtections(await findTools());
  expect(filter?.advice).toContain('through the proxy 127.0.0.1:3128, which has to refuse private addresses itself');
});

it('R-C2 says that limits and the filter of an engine are in force here, and leaves nothing of its trial', async () => {
  const findings = await examineProtections(await findTools());
  expect(findings.map(({ part, advice }) => ({ part, advice }))).toEqual([
    { part: 'limits', advice: undefined },
    { part: 'shared limits', advice: undefined },
    { part: 'filter', advice: undefined },
    { part: 'connections', advice: undefined },
  ]);
  expect(groupFolders(`cooperage-doctor-${process.pid}`)).toEqual([]);
});

it('R2-N8 says what memory all builds have together', async () => {
  const [limits] = await examineProtections(await findTools());
  expect(limits?.where).toMatch(/all builds together have \d+\.\d GiB of memory$/);
});

it('R-C2 says which limit a machine does not enforce', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'cooperage-groups-'));
  for (const controller of ['memory', 'pids']) mkdirSync(path.join(root, controller));
  const finding = await examineLimits(root);
  expect(finding.advice).toBe(
    'not in force here: memory, memory of sockets, processes, processors, the pace of writes',
  );
  expect(finding.where).not.toContain('together');
  rmSync(root, { recursive: true });
});

it('R7-C1 R7-C4 says what one build can use up for the whole machine', () => {
  const { advice } = examineShared(['fs.epoll.max_user_watches', 'net.ipv4.udp_mem']);
  expect(advice).toContain(
    'not possible here: fs.epoll.max_user_watches, net.ipv4.udp_mem. One build can use these up',
  );
});

it('R-C2 says that a filter is not possible, and why', async () => {
  const broken = new Tools(new Map([['iptables', { path: '/bin/false', version: '1', origin: 'machine' }]]));
  const [, , filter] = await examineProtections(broken);
  expect(filter?.advice).toContain('not possible here');
  expect(filter?.advice).toContain('FROM and ADD reach this machine and private networks');
});

it('R6-A2 says that the connections of steps cannot be bounded, and why', async () => {
  const broken = new Tools(new Map([['iptables', { path: '/bin/false', version: '1', origin: 'machine' }]]));
  const [, , , connections] = await examineProtections(broken);
  expect(connections?.advice).toContain('not possible here');
  expect(connections?.advice).toContain("fill this machine's table of connections");
});
