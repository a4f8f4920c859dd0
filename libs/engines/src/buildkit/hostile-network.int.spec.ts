import { networkInterfaces } from 'node:os';
import { PackageServer, services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { outputOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const ownAddress = 'ip -4 -o addr show scope global | sed -n "s/.* inet \\([0-9.]*\\).*/address=\\1/p"';

/** Says `open: host port` of each target that a TCP connection comes through to. All at once: most of them time out. */
function tries(targets: readonly string[]): string {
  const one = (target: string) => `(timeout 2 nc ${target} </dev/null >/dev/null 2>&1 && echo "open: ${target}" &)`;
  return `${targets.map(one).join('; ')}; sleep 3; echo looked`;
}

/** A daemon that says `word` to whoever connects to the port, from any address. */
function listener(word: string, port: number): string {
  return `(setsid sh -c "while true; do echo ${word} | nc -l -p ${port}; done" >/dev/null 2>&1 &)`;
}

/** Prints what is said on a port of the step itself, as soon as somebody listens there. */
function asked(port: number): string {
  return `for i in $(seq 50); do sleep 0.2; (sleep 1 | nc 127.0.0.1 ${port}) && break; done`;
}

describe('a hostile step’s network', () => {
  let engine: BuildkitEngine;
  let packages: PackageServer;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    packages = await PackageServer.start('x', '0.0.0.0');
  });
  afterAll(async () => {
    await packages.close();
    await endTrial(cgroupParent, engine);
  });

  const said = (command: string) => outputOf(engine, strangersRequest(`FROM busybox\nRUN ${command} # ${unique()}\n`));
  const gateway = '$(ip route | sed -n "s/^default via \\([^ ]*\\).*/\\1/p")';

  it('S-039 reaches none of the service’s own parts, by no address of the host', async () => {
    const ports = [packages.port, Number(services().registry.host.split(':')[1])];
    for (const url of [services().redisUrl, services().databaseUrl]) ports.push(Number(new URL(url).port));
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const hosts = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
    const targets = [...hosts, gateway, 'host.docker.internal'].flatMap((host) =>
      ports.map((port) => `${host} ${port}`),
    );
    const output = await said(tries(targets));
    expect(output).toContain('looked');
    expect(output).not.toContain('open:');
    expect(packages.asked).toBe(0);
  });

  it('S-039 finds no socket of a builder, by any path or abstract name', async () => {
    const output = await said(
      'cat /proc/net/unix; find / -path /proc -prune -o -type s -print 2>/dev/null; echo looked',
    );
    expect(output).toContain('looked');
    expect(output).not.toMatch(/\.sock\b|buildkit|containerd|docker/);
  });

  it('S-039 S-040 reaches no step of another build while that one listens, and is reached by none', async () => {
    const record = new EventRecord();
    const stop = new AbortController();
    const listens = `${ownAddress}; ${listener('neighbour', 4444)}; ${asked(4444)}; sleep 60`;
    const listening = engine.build(
      strangersRequest(`FROM busybox\nRUN ${listens} # ${unique()}\n`),
      record.emit,
      stop.signal,
    );
    listening.catch(() => {});
    await expect.poll(() => record.output(), { timeout: 30_000 }).toMatch(/^neighbour/m);
    const address = /address=([\d.]+)/.exec(record.output())![1]!;
    const output = await said(tries([`${address} 4444`]));
    expect(output).toContain('looked');
    expect(output).not.toContain('open:');
    stop.abort();
    await expect(listening).rejects.toBeDefined();
  });

  it('S-040 finds nothing on loopback or in private ranges', async () => {
    const ports = [21, 22, 53, 80, 111, 443, 2375, 2376, 3306, 5000, 5432, 6379, 8080, 10250, packages.port];
    const hosts = ['127.0.0.1', '127.0.0.11', gateway, '10.0.0.1', '172.17.0.1', '192.168.0.1', '100.64.0.1'];
    const metadata = ['169.254.169.254 80', '169.254.170.2 80', '100.100.100.200 80'];
    const before = packages.asked;
    const output = await said(tries([...hosts.flatMap((host) => ports.map((port) => `${host} ${port}`)), ...metadata]));
    expect(output).toContain('looked');
    // A name server that the operator lets steps ask may answer on port 53, and nothing else.
    expect((output.match(/open: .*/g) ?? []).filter((line) => !line.endsWith(' 53'))).toEqual([]);
    expect(packages.asked).toBe(before);
  });

  it('S-040 leaves nothing that listens for the next build, neither at its address nor at the next one’s loopback', async () => {
    const planted = await said(`${ownAddress}; ${listener('planted', 4445)}; ${asked(4445)}`);
    expect(planted).toMatch(/^planted/m);
    const address = /address=([\d.]+)/.exec(planted)![1]!;
    const output = await said(tries(['127.0.0.1 4445', `${address} 4445`]));
    expect(output).toContain('looked');
    expect(output).not.toMatch(/open:|planted/);
  });
});
