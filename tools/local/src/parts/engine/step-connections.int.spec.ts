import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import { attempt, type CommandResult, run } from '../../processes/command.ts';
import { findTools } from '../../toolchain/find-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { restoreInput } from './firewall.ts';
import { chains } from './firewall-rules.ts';

const far = '203.0.113.9';
const subnet = '198.18.0.0/22';
const bounds = { together: 96, each: 48, little: 4 };
const foreign = '10.99.0.5';

/** Holds what comes, and prints how many there are. */
const SERVER = `
  let held = 0;
  require('node:net').createServer((socket) => {
    console.log(held += 1);
    socket.on('error', () => {}).on('close', () => console.log(held -= 1)).resume();
  }).listen({ host: '0.0.0.0', port: 80, backlog: 4096 }, () => console.log(0));`;
/**
 * Opens connections and holds them; prints what became of them once as many are open as may be and another was refused, or none is
 * left to wait for. Each line that it reads goes out by all of them. The first error after that is printed.
 */
const CLIENT = `
  const [count, most, localAddress] = process.argv.slice(1);
  const waiting = new Set(), open = new Set();
  let refused = 0, said = false;
  const look = () => {
    if (said || (waiting.size > 0 && !(refused > 0 && open.size >= Number(most)))) return;
    said = true;
    for (const socket of waiting) socket.destroy();
    console.log(JSON.stringify({ open: open.size, refused: refused > 0 }));
  };
  for (let at = 0; at < Number(count); at += 1) {
    const socket = require('node:net').connect({ host: '${far}', port: 80, ...(localAddress && { localAddress }) });
    waiting.add(socket);
    socket.on('connect', () => { waiting.delete(socket); open.add(socket); look(); });
    socket.on('error', ({ code }) => {
      if (open.has(socket)) console.log(code);
      if (waiting.delete(socket) && code === 'ECONNREFUSED') refused += 1;
      look();
    });
  }
  process.stdin.on('data', (data) => { for (const socket of open) socket.write(data); });`;

/** Who makes the rules of a network of steps, in network namespaces of its own: the kernel is the same. */
describe.each(['the launcher', 'Compose'] as const)('connections of steps under the rules of %s', (maker) => {
  const id = randomBytes(3).toString('hex');
  const names = ['r', 'o', 'a', 'b', 'c'].map((name) => `coopspec${name}${id}`);
  const [router, outside, ...steps] = names as [string, string, string, string, string];
  const [a, b, c] = steps;
  let tools: Tools;
  let folder: string;
  let server: ChildProcess;
  let held = -1;
  const clients: ChildProcess[] = [];

  const ip = (...words: string[]) => run(tools.path('ip'), words);
  const inside = (namespace: string, ...words: string[]) => ip('-netns', namespace, ...words);
  const bin = () => path.join(folder, 'bin');
  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...tools.environment(),
    PATH: `${bin()}:${tools.environment().PATH}`,
    ...{ BUILD_DNS: '192.0.2.53', STEP_CONNECTIONS: String(bounds.together) },
    ...{ RULES_FOLDER: path.join(folder, 'rules'), RULES_NOTE: path.join(folder, 'rules.json') },
    ...more,
  });
  const exec = (namespace: string, words: readonly string[], more: { env?: NodeJS.ProcessEnv; input?: string } = {}) =>
    attempt(tools.path('ip'), ['netns', 'exec', namespace, ...words], { ...more, env: environment(more.env) });
  const setRules = (env: NodeJS.ProcessEnv = {}): Promise<CommandResult> => {
    const all = chains('abcdef', { bridge: 'steps', subnet, resolvers: ['192.0.2.53'], bounds });
    const input = ['filter', 'nat'].map((table) => restoreInput(table, all)).join('');
    if (maker === 'the launcher') return exec(router, ['iptables-restore', '--noflush'], { input });
    const text = 'here=$1; refuse() { echo "refused: $*" >&2; exit 1; }; . "$here/network.sh"; set_rules';
    return exec(router, ['sh', '-euc', text, 'sh', path.join(CHECKOUT, 'deploy/buildkit')], { env });
  };
  const chain = maker === 'the launcher' ? 'COOPERAGE-abcdef-STEP' : 'STEPS';
  const counts = maker === 'the launcher' ? 'COOPERAGE-abcdef-COUNT' : 'COUNT';
  const entries = async () =>
    Number((await exec(router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count'])).stdout);
  const start = (namespace: string, ...words: (string | number)[]) => {
    const parameters = ['netns', 'exec', namespace, process.execPath, '-e', CLIENT, ...words.map(String)];
    const client = spawn(tools.path('ip'), parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    clients.push(client);
    const line = () =>
      new Promise<string>((resolve) => client.stdout.once('data', (data) => resolve(String(data).trim())));
    return { client, line, first: line() };
  };
  /** What became of so many connections at once, where at most so many may be open. */
  const open = async (namespace: string, count: number, most: number) =>
    JSON.parse(await start(namespace, count, most).first) as { open: number; refused: boolean };

  beforeAll(async () => {
    tools = await findTools();
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-connections-'));
    mkdirSync(bin());
    for (const name of ['iptables', 'iptables-restore', 'ip6tables', 'ip6tables-restore'])
      symlinkSync(realpathSync(tools.path('iptables')), path.join(bin(), name));
    for (const namespace of names) {
      await ip('netns', 'add', namespace);
      await inside(namespace, 'link', 'set', 'lo', 'up');
    }
    // Nothing but what is tried here comes into the table of connections.
    const switches =
      'echo 1 >/proc/sys/net/ipv4/ip_forward; cd /proc/sys/net/ipv6/conf/all && echo 1 >disable_ipv6 || true';
    await exec(router, ['sh', '-c', switches]);
    await inside(router, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', outside);
    await inside(router, 'link', 'add', 'steps', 'type', 'bridge');
    await inside(router, 'address', 'add', '198.18.0.1/22', 'dev', 'steps');
    await inside(router, 'link', 'set', 'steps', 'up');
    for (const [at, [namespace, address]] of [
      [router, '172.30.9.2/24'],
      [outside, '172.30.9.1/24'],
    ].entries()) {
      await inside(namespace!, 'address', 'add', address!, 'dev', 'wire');
      await inside(namespace!, 'link', 'set', 'wire', 'up');
      if (at === 0) continue;
      for (const place of [subnet, foreign]) await inside(namespace!, 'route', 'add', place, 'via', '172.30.9.2');
      await inside(namespace!, 'address', 'add', far, 'dev', 'lo');
    }
    await inside(router, 'route', 'add', 'default', 'via', '172.30.9.1');
    await inside(router, 'route', 'add', foreign, 'via', '198.18.0.2', 'dev', 'steps');
    for (const [at, step] of steps.entries()) {
      const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', step];
      await inside(router, 'link', 'add', `port${at}`, 'master', 'steps', ...peer);
      await inside(router, 'link', 'set', `port${at}`, 'up');
      await inside(step, 'link', 'set', 'eth0', 'up');
      await inside(step, 'address', 'add', `198.18.0.${at + 2}/22`, 'dev', 'eth0');
      await inside(step, 'route', 'add', 'default', 'via', '198.18.0.1');
    }
    await inside(a!, 'address', 'add', foreign, 'dev', 'lo');
    server = spawn(tools.path('ip'), ['netns', 'exec', outside, process.execPath, '-e', SERVER]);
    await new Promise<void>((resolve) => {
      server.stdout?.on('data', (data) => {
        held = Number(String(data).trim().split('\n').at(-1));
        resolve();
      });
    });
  });
  afterAll(async () => {
    for (const process of [...clients, server]) process.kill('SIGKILL');
    for (const namespace of names) await attempt(tools.path('ip'), ['netns', 'delete', namespace]);
    rmSync(folder, { recursive: true });
  });

  it('R6-A2 get no entry in the table where TCP begins without SYN', async () => {
    const { client, line, first } = start(a!, 1, 1);
    expect(JSON.parse(await first)).toEqual({ open: 1, refused: false });
    expect(await setRules()).toMatchObject({ code: 0 });
    // A server that answers nothing, so that the entry would stay.
    const silent = ['-p', 'tcp', '-s', '172.30.9.2', '-j', 'DROP'];
    await exec(outside, ['iptables', '-A', 'INPUT', ...silent]);
    const next = line();
    client.stdin.write('x');
    expect(await next).toBe('ECONNRESET');
    expect(await entries()).toBe(0);
    await exec(outside, ['iptables', '-D', 'INPUT', ...silent]);
    client.kill('SIGKILL');
  });

  it('R6-A2 R7-C6 are bounded for one step and for all together, a step has little in any case, and others go on', async () => {
    const before = held;
    const most = bounds.each + bounds.little;
    expect(await open(a!, 200, most)).toEqual({ open: most, refused: true });
    const [ofA] = clients.slice(-1);
    expect(await open(b!, 200, most)).toEqual({ open: most, refused: true });
    // R7-C6: the little that each has for itself, and no more.
    expect(await open(c!, 20, bounds.little)).toEqual({ open: bounds.little, refused: true });
    await expect.poll(() => held - before).toBe(bounds.together + 3 * bounds.little);
    // Somebody else who shares the table.
    expect(await open(router, 5, 5)).toEqual({ open: 5, refused: false });
    // What was closed is free again.
    ofA!.kill('SIGKILL');
    await expect.poll(() => held - before, { timeout: 20_000 }).toBe(bounds.each + 2 * bounds.little + 5);
    expect(await open(c!, 5, 5)).toEqual({ open: 5, refused: false });
  });

  it('R7-C6 use up nothing where they are refused for where they go', async () => {
    const begun = async () => (await exec(router, ['iptables', '-nvxL', counts])).stdout;
    const before = await begun();
    expect(before).toMatch(/ limit|hashlimit/);
    const flood = `const socket = require('node:dgram').createSocket('udp4'); let left = 300;
      socket.on('error', () => {}); const more = () => left-- > 0 ? socket.send('x', 9, '10.0.0.1', more) : process.exit(); more();`;
    expect(await exec(a!, [process.execPath, '-e', flood])).toMatchObject({ code: 0 });
    expect(await begun()).toBe(before);
  });

  it('R6-A2 come from addresses of steps alone', async () => {
    const refused = async () => (await exec(router, ['iptables', '-nvxL', chain])).stdout.split('\n')[2]?.trim();
    expect(await refused()).toMatch(/^0 +0 DROP/);
    let became: string | undefined;
    const { client, first } = start(a!, 1, 1, foreign);
    first.then((line) => {
      became = line;
    });
    await expect.poll(refused, { timeout: 20_000 }).toMatch(/^[1-9]\d* +\d+ DROP/);
    expect(became).toBeUndefined();
    client.kill('SIGKILL');
  });

  if (maker === 'the launcher') return;

  it('R6-A2 are forgotten after half a day of silence', async () => {
    const time = 'net/netfilter/nf_conntrack_tcp_timeout_established';
    expect(Number((await exec(router, ['cat', `/proc/sys/${time}`])).stdout)).toBe(43_200);
  });

  it('R6-A2 keep all but the bounds where the kernel cannot count, and it is said', async () => {
    const crippled = path.join(folder, 'crippled');
    mkdirSync(crippled);
    const program = path.join(crippled, 'iptables-restore');
    const text = [
      'rules=$(cat)',
      'case $rules in *connlimit*) echo "no connlimit" >&2; exit 2 ;; esac',
      `echo "$rules" | ${path.join(bin(), 'iptables-restore')} "$@"`,
    ];
    writeFileSync(program, ['#!/bin/sh', ...text, ''].join('\n'), { mode: 0o755 });
    const made = await setRules({ PATH: `${crippled}:${environment().PATH}` });
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('not bounded: no connlimit') });
    const rules = (await exec(router, ['iptables', '-S', chain])).stdout.trim().split('\n');
    expect(rules).toHaveLength(4);
    expect(existsSync(path.join(folder, 'rules.json'))).toBe(true);
  });
});
