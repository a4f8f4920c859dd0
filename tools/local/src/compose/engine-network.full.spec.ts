import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { attempt, type CommandResult, run } from '../processes/command.ts';
import { findTools } from '../toolchain/find-tools.ts';
import type { Tools } from '../toolchain/tools.ts';

const hasIpv6 = existsSync('/proc/net/if_inet6');
const id = randomBytes(3).toString('hex');
type Names = [string, string, string, string];
const [engine, outside, step, other] = ['e', 'o', 's', 't'].map((name) => `coopspec${name}${id}`) as Names;

/** Of the machine at the other end of the wire: its place in the engine's own network, one of the internet, and what is near. */
const own = ['172.30.9.1', 'fd00:77::1'];
const far = ['203.0.113.9', '2001:db8:1::9'];
const near = [
  ...['10.66.0.1', '192.168.77.1', '169.254.169.254', '100.64.0.7', '168.63.129.16'],
  ...['fd99::1', 'fec0::1', '64:ff9b::a42:1', '64:ff9b:1::1', '2002:a42:1::1'],
];
const sameVersion = (addresses: readonly string[], version: 4 | 6) =>
  addresses.filter((address) => address.includes(':') === (version === 6));
const versions = hasIpv6 ? ([4, 6] as const) : ([4] as const);

/** Answers whoever comes, without an end on port 81. */
const SERVER = `
  const net = require('node:net');
  const serve = (port, talk) => net.createServer((socket) => { socket.on('error', () => {}); talk(socket); }).listen(port, '${hasIpv6 ? '::' : '0.0.0.0'}');
  for (const port of [80, 5000]) serve(port, (socket) => socket.end('here'));
  serve(81, (socket) => { const more = () => { while (socket.write(Buffer.alloc(65536))); }; socket.on('drain', more); more(); });
  setTimeout(() => console.log('listens'), 200);`;
/** Prints what became of each connection, as JSON: open, or the error; with the bytes that came before that. */
const CLIENT = `
  const net = require('node:net');
  const one = (target) => new Promise((resolve) => {
    const [, host, port] = /^\\[?(.*?)\\]?:(\\d+)$/.exec(target);
    const socket = net.connect({ host, port: Number(port), timeout: 5000 });
    let bytes = 0;
    socket.on('connect', () => console.error('connected'));
    const end = (how) => { socket.destroy(); resolve([target, how, bytes]); };
    socket.on('data', (data) => { bytes += data.length; if (port !== '81') end('open'); });
    socket.on('timeout', () => end('timeout')).on('error', (error) => end(error.code)).on('end', () => end('end'));
  });
  Promise.all(process.argv.slice(1).map(one)).then((all) => console.log(JSON.stringify(all)));`;

/** Answers the second datagram of each sender. */
const ANSWER = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (text, from) => String(text) === 'second' && socket.send('answer', from.port, from.address));
  socket.bind(9, '203.0.113.9', () => console.log('listens'));`;
/** Sends one, and the second once something is said to it. Ends with the answer, and prints all that came until then. */
const ASK = `
  const socket = require('node:dgram').createSocket('udp4');
  const came = [];
  const send = (text) => socket.send(text, 9, '203.0.113.9', () => console.log(text));
  socket.on('message', (text) => {
    came.push(String(text));
    if (came.at(-1) === 'answer') { console.log(JSON.stringify(came)); process.exit(); }
  });
  socket.bind(Number(process.argv[1]), () => send('first'));
  process.stdin.once('data', () => send('second'));`;
/** Says to be who was asked. */
const FORGE = `
  const socket = require('node:dgram').createSocket('udp4');
  const send = (port) => new Promise((resolve) => socket.send('forged', port, '172.30.9.2', resolve));
  socket.bind(9, '203.0.113.9', () => Promise.all(process.argv.slice(1).map(Number).map(send)).then(() => process.exit()));`;

/** `deploy/buildkit/network.sh` in network namespaces of its own, without Docker: the kernel is the same. */
describe('the network rules of an engine in Compose', () => {
  let tools: Tools;
  let folder: string;
  let server: ChildProcess;

  const ip = (...words: string[]) => run(tools.path('ip'), words);
  const inside = (namespace: string, ...words: string[]) => ip('-netns', namespace, ...words);
  const environment = (): NodeJS.ProcessEnv => ({
    ...tools.environment(),
    PATH: `${path.join(folder, 'bin')}:${tools.environment().PATH}`,
    BUILD_DNS: '192.0.2.53',
    RULES_FOLDER: path.join(folder, 'rules'),
    RULES_NOTE: path.join(folder, 'rules.json'),
  });
  const exec = (namespace: string, words: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    attempt(tools.path('ip'), ['netns', 'exec', namespace, ...words], { env: { ...environment(), ...more } });
  const script = (text: string) => [
    'sh',
    '-euc',
    `here=$1; refuse() { echo "refused: $*" >&2; exit 1; }; . "$here/network.sh"; ${text}`,
    'sh',
    path.join(CHECKOUT, 'deploy/buildkit'),
  ];
  const setRules = (more: NodeJS.ProcessEnv = {}) => exec(engine, script('set_rules'), more);
  const note = () => JSON.parse(readFileSync(path.join(folder, 'rules.json'), 'utf8'));
  /** A folder before all others on the path, in which these programs fail. */
  const without = (...names: string[]): NodeJS.ProcessEnv => {
    const bin = mkdtempSync(path.join(folder, 'bin-'));
    for (const name of names) symlinkSync('/bin/false', path.join(bin, name));
    return { PATH: `${bin}:${environment().PATH}` };
  };
  /** What becomes of connections to these addresses, by address. */
  const connects = async (from: string, addresses: readonly string[], port = 80) => {
    const targets = addresses.map((address) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
    const { stdout } = await exec(from, [process.execPath, '-e', CLIENT, ...targets]);
    const all = JSON.parse(stdout) as [string, string, number][];
    return Object.fromEntries(all.map(([, how], at) => [addresses[at], how]));
  };
  const each = (addresses: readonly string[], how: string) => Object.fromEntries(addresses.map((one) => [one, how]));

  beforeAll(async () => {
    tools = await findTools();
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-network-'));
    await run('mkdir', [path.join(folder, 'bin')]);
    // One program that takes its name as first word, as in an image of BuildKit.
    const program = realpathSync(tools.path('iptables'));
    for (const name of ['iptables', 'iptables-restore', 'ip6tables', 'ip6tables-restore'])
      symlinkSync(program, path.join(folder, 'bin', name));
    for (const namespace of [engine, outside, step, other]) {
      await ip('netns', 'add', namespace);
      await inside(namespace, 'link', 'set', 'lo', 'up');
    }
    await inside(engine, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wire', 'netns', outside);
    await inside(engine, 'link', 'add', 'steps', 'type', 'bridge');
    for (const [port, namespace] of [
      ['port', step],
      ['port2', other],
    ] as const) {
      const peer = ['peer', 'name', 'eth0', 'netns', namespace];
      await inside(engine, 'link', 'add', port, 'master', 'steps', 'type', 'veth', ...peer);
    }
    for (const link of ['eth0', 'steps', 'port', 'port2']) await inside(engine, 'link', 'set', link, 'up');
    await inside(outside, 'link', 'set', 'wire', 'up');
    await exec(engine, ['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
    await inside(engine, 'address', 'add', '198.18.0.1/22', 'dev', 'steps');
    for (const [namespace, address] of [
      [step, '198.18.0.2/22'],
      [other, '198.18.0.3/22'],
    ] as const) {
      await inside(namespace, 'link', 'set', 'eth0', 'up');
      await inside(namespace, 'address', 'add', address, 'dev', 'eth0');
      await inside(namespace, 'route', 'add', 'default', 'via', '198.18.0.1');
    }
    for (const version of versions) {
      const [prefix, flags] = version === 4 ? ['24', []] : ['64', ['nodad']];
      const [gateway] = sameVersion(own, version) as [string];
      await inside(outside, 'address', 'add', `${gateway}/${prefix}`, 'dev', 'wire', ...flags);
      await inside(engine, 'address', 'add', `${gateway.replace(/1$/, '2')}/${prefix}`, 'dev', 'eth0', ...flags);
      await inside(engine, `-${version}`, 'route', 'add', 'default', 'via', gateway);
      for (const address of sameVersion([...far, ...near], version))
        await inside(outside, 'address', 'add', address, 'dev', 'lo', ...flags);
    }
    server = spawn(tools.path('ip'), ['netns', 'exec', outside, process.execPath, '-e', SERVER]);
    await new Promise((resolve) => server.stdout?.once('data', resolve));
  });
  afterAll(async () => {
    server.kill();
    for (const namespace of [engine, outside, step, other])
      await attempt(tools.path('ip'), ['netns', 'delete', namespace]);
    rmSync(folder, { recursive: true });
  });

  const reachable = (addresses: readonly string[]) => versions.flatMap((version) => sameVersion(addresses, version));
  const allFar = () => reachable(far);
  const allNear = () => reachable([...near, ...own]);

  it('are tried with places that answer whoever may ask', async () => {
    const places = [...allFar(), ...allNear()];
    expect(await connects(engine, places)).toEqual(each(places, 'open'));
  });

  it('R-C2 S-040 let the engine connect to the outside and its registry, and to nothing near, by both versions', async () => {
    expect(await setRules()).toMatchObject({ code: 0 });
    expect(await connects(engine, allFar())).toEqual(each(allFar(), 'open'));
    expect(await connects(engine, reachable(own), 5000)).toEqual(each(reachable(own), 'open'));
    // At once, and not by waiting.
    expect(await connects(engine, allNear())).toEqual(each(allNear(), 'ECONNREFUSED'));
    expect(await connects(engine, ['127.0.0.1', '172.30.9.2'])).toEqual(
      each(['127.0.0.1', '172.30.9.2'], 'ECONNREFUSED'),
    );
    expect(note()).toMatchObject({ state: 'in-force', renewals: 0 });
  });

  it('R7-C1 R7-C4 note beside them what of the whole machine a build can use up', async () => {
    const report = () => exec(engine, script('set_rules; unraised=" fs.file-max net.ipv4.udp_mem"; tell in-force'));
    expect(await report()).toMatchObject({ code: 0 });
    expect(note()).toMatchObject({ state: 'in-force', unraised: ['fs.file-max', 'net.ipv4.udp_mem'] });
    await setRules();
    expect(note()).toMatchObject({ state: 'in-force', unraised: [] });
  });

  it('let the engine ask the name server that Docker runs inside of the container', async () => {
    const dns = `const d = require('node:dgram'); const s = d.createSocket('udp4'); s.on('message', (m, r) => s.send(m, r.port, r.address));
      s.bind(5353, '127.0.0.11', () => { const c = d.createSocket('udp4'); c.on('message', (m) => { console.log(String(m)); process.exit(); });
      c.send('name', 5353, '127.0.0.11'); setTimeout(() => process.exit(1), 5000); });`;
    expect(await exec(engine, [process.execPath, '-e', dns])).toMatchObject({ code: 0, stdout: 'name\n' });
  });

  it('R-C1 S-039 S-040 let a step connect to the outside, and neither to the engine nor to anything near', async () => {
    const engineItself = ['198.18.0.1', '172.30.9.2'];
    const closed = [...sameVersion([...near, ...own], 4), ...engineItself];
    expect(await connects(step, ['203.0.113.9'])).toEqual({ '203.0.113.9': 'open' });
    expect(await connects(step, closed)).toEqual(each(closed, 'ECONNREFUSED'));
    expect(await connects(step, ['172.30.9.1'], 5000)).toEqual({ '172.30.9.1': 'ECONNREFUSED' });
  });

  it('R6-A3 take nothing that a step sends for an answer, neither to another step nor to the engine', async () => {
    await setRules();
    // Where the kernel looks at the sender of a packet itself, no such packet gets to the rules.
    for (const link of ['all', 'steps'])
      await exec(engine, ['sh', '-c', `echo 0 >/proc/sys/net/ipv4/conf/${link}/rp_filter`]);
    const children: ChildProcessWithoutNullStreams[] = [];
    const start = (namespace: string, text: string, ...words: string[]) => {
      const child = spawn(tools.path('ip'), ['netns', 'exec', namespace, process.execPath, '-e', text, ...words]);
      children.push(child);
      return child;
    };
    const next = (child: ChildProcessWithoutNullStreams) =>
      new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    try {
      await next(start(outside, ANSWER));
      const asking = [start(engine, ASK, '7001'), start(step, ASK, '7002')];
      expect(await Promise.all(asking.map(next))).toEqual(['first\n', 'first\n']);
      await inside(other, 'address', 'add', '203.0.113.9/32', 'dev', 'lo');
      expect(await exec(other, [process.execPath, '-e', FORGE, '7001', '7002'])).toMatchObject({ code: 0 });
      for (const child of asking) {
        const ended = new Promise((resolve) => child.once('close', resolve));
        let said = '';
        child.stdout.on('data', (data) => {
          said += String(data);
        });
        child.stdin.end('go');
        await ended;
        expect(said).toBe('second\n["answer"]\n');
      }
    } finally {
      for (const child of children) child.kill();
      await attempt(tools.path('ip'), ['-netns', other, 'address', 'delete', '203.0.113.9/32', 'dev', 'lo']);
    }
  });

  it.runIf(hasIpv6)('R-C1 S-039 S-040 let a step that gives itself IPv6 reach nothing by it', async () => {
    await inside(step, 'address', 'add', 'fd00:99::2/64', 'dev', 'eth0', 'nodad');
    await inside(engine, 'address', 'add', 'fd00:99::1/64', 'dev', 'steps', 'nodad');
    await inside(step, '-6', 'route', 'add', 'default', 'via', 'fd00:99::1');
    await exec(engine, ['sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding']);
    const found = await connects(step, ['2001:db8:1::9', 'fd00:99::1', 'fd99::1']);
    expect(Object.values(found)).not.toContain('open');
    await inside(engine, 'address', 'delete', 'fd00:99::1/64', 'dev', 'steps');
  });

  it('R-L2 R-C2 cut a connection of the engine that brings too much, and none of its registry', async () => {
    await setRules({ FETCH_BYTES: '3000000' });
    const { stdout } = await exec(engine, [process.execPath, '-e', CLIENT, '203.0.113.9:81']);
    const [[, how, bytes]] = JSON.parse(stdout) as [[string, string, number]];
    expect(how).toBe('ECONNRESET');
    expect(bytes).toBeLessThan(8_000_000);
    await setRules();
  });

  it('R-C1 R-C2 S-039 S-040 are set again at once where they were flushed', async () => {
    rmSync(path.join(folder, 'rules.json'));
    const keeper = spawn(
      tools.path('ip'),
      ['netns', 'exec', engine, ...script('set_rules; sleep 120 & keep_rules $!; kill $! 2>/dev/null')],
      { env: environment(), detached: true },
    );
    const flush = (program: string) =>
      exec(engine, [
        'sh',
        '-c',
        `for chain in INPUT FORWARD OUTPUT; do ${program} -P $chain ACCEPT; done; ${program} -F; ${program} -X`,
      ]);
    try {
      await expect.poll(() => existsSync(path.join(folder, 'rules.json'))).toBe(true);
      for (const [renewals, program] of versions
        .map((version) => (version === 4 ? 'iptables' : 'ip6tables'))
        .entries()) {
        await expect.poll(() => note().renewals, { timeout: 20_000 }).toBe(renewals);
        await flush(program);
        await expect.poll(() => note().renewals, { timeout: 20_000 }).toBe(renewals + 1);
        expect(await connects(engine, allNear())).toEqual(each(allNear(), 'ECONNREFUSED'));
        expect(await connects(engine, allFar())).toEqual(each(allFar(), 'open'));
      }
    } finally {
      process.kill(-keeper.pid!, 'SIGKILL');
    }
  });

  it('R-C2 S-040 cut what was opened while they were away', async () => {
    for (const chain of ['INPUT', 'OUTPUT']) await exec(engine, ['iptables', '-P', chain, 'ACCEPT']);
    await exec(engine, ['iptables', '-F']);
    const target = `${sameVersion(near, 4)[0]}:81`;
    const client = spawn(tools.path('ip'), ['netns', 'exec', engine, process.execPath, '-e', CLIENT, target]);
    const said = new Promise<string>((resolve) => client.stdout.once('data', (data) => resolve(String(data))));
    await new Promise((resolve) => client.stderr.once('data', resolve));
    await setRules();
    expect(JSON.parse(await said)).toEqual([[target, 'ECONNRESET', expect.any(Number)]]);
  });

  it('R-C1 S-039 end the engine where they cannot be set again, and say so', async () => {
    await setRules();
    await exec(engine, ['iptables', '-F', 'OUTPUT']);
    const keep = script('renewals=0; sleep 120 & keep_rules $!; wait $!');
    const ended = (await exec(engine, keep, without('iptables-restore'))) as CommandResult;
    expect(ended.stderr).toMatch(/network rules are missing and cannot be set again/);
    // 128 and the number of USR1: in start.sh the whole container ends by it.
    expect(ended.code).toBe(138);
    expect(note()).toMatchObject({ state: 'missing' });
  });

  it.runIf(hasIpv6)('R-C1 S-040 do without IPv6 only where it is off: else the engine does not start', async () => {
    const crippled = without('ip6tables', 'ip6tables-restore');
    const refused = await setRules(crippled);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/refused: .*ip6tables where IPv6 is on/) });
    await exec(engine, ['sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6']);
    expect(await setRules(crippled)).toMatchObject({ code: 0 });
    await exec(engine, ['sh', '-c', 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6']);
  });
});
