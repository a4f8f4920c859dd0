import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpStatus } from '../parts/http-probe.ts';
import { httpAnswer, impostor } from '../testing/impostor.ts';
import { Daemon, type DaemonSpec, killNoted } from './daemon.ts';
import { identify, isAlive, type ProcessIdentity, signal, writePidFile } from './process-identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-daemon-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function daemon(script: string, overrides: Partial<DaemonSpec> = {}): Daemon {
  const logFile = path.join(folder, 'log');
  return new Daemon({
    name: 'The sleeper',
    program: process.execPath,
    parameters: ['-e', script],
    pidFile: path.join(folder, 'pid'),
    logFile,
    isReady: async () => readFileSync(logFile, 'utf8').includes('ready'),
    readyWithinMs: 3000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 500,
    ...overrides,
  });
}

const SLEEPER = "console.log('ready'); setInterval(() => {}, 1000);";

describe('Daemon', () => {
  it('is found again by another launcher, and ended by it', async () => {
    const identity = await daemon(SLEEPER).start();
    const second = daemon(SLEEPER);
    expect(second.running()).toEqual(identity);
    await second.stop();
    expect(isAlive(identity)).toBe(false);
  });

  it('kills what does not listen', async () => {
    const deaf = daemon(`process.on('SIGTERM', () => {}); ${SLEEPER}`);
    const identity = await deaf.start();
    await deaf.stop();
    expect(isAlive(identity)).toBe(false);
  });

  it('ends the children that a killed one left', async () => {
    const child = "require('node:child_process').spawn('sleep', ['300'], { stdio: 'ignore' })";
    const parent = daemon(`console.log('child', ${child}.pid); ${SLEEPER}`);
    const { pid } = await parent.start();
    const orphan = identify(Number(/child (\d+)/.exec(readFileSync(path.join(folder, 'log'), 'utf8'))?.[1]));
    process.kill(pid, 'SIGKILL');
    await parent.ended();
    expect(isAlive(orphan as ProcessIdentity)).toBe(true);
    await daemon(SLEEPER).stop();
    expect(isAlive(orphan as ProcessIdentity)).toBe(false);
  });

  it('R9-C1 R9-C2 is killed with its children, and asked nothing before', async () => {
    const child = "require('node:child_process').spawn('sleep', ['300'], { stdio: 'ignore' })";
    const parent = daemon(
      `process.on('SIGTERM', () => console.log('was asked')); console.log('child', ${child}.pid); ${SLEEPER}`,
    );
    const identity = await parent.start();
    const log = () => readFileSync(path.join(folder, 'log'), 'utf8');
    const orphan = identify(Number(/child (\d+)/.exec(log())?.[1])) as ProcessIdentity;
    await killNoted(path.join(folder, 'pid'));
    expect([isAlive(identity), isAlive(orphan)]).toEqual([false, false]);
    expect(log()).not.toContain('was asked');
    expect(parent.running()).toBeUndefined();
  });

  it('tells the end of its log when it ends at once', async () => {
    await expect(daemon("console.error('no room'); process.exit(1)").start()).rejects.toThrow(
      /ended at its start.*no room/s,
    );
  });

  it('says the same of one that has ended before anybody could look', async () => {
    const gone = daemon('', { program: '/bin/false', parameters: [] });
    // The kernel has it for a moment or has not: both come about.
    for (let tries = 0; tries < 50; tries++) await expect(gone.start()).rejects.toThrow('ended at its start');
  });

  it('does not leave one behind that never gets ready', async () => {
    const slow = daemon('setInterval(() => {}, 1000)', { readyWithinMs: 200 });
    await expect(slow.start()).rejects.toThrow('was not ready after 0.2 s');
    expect(slow.running()).toBeUndefined();
  });

  it('R6-A5 neither asks nor believes another process at its port, and says who that is', async () => {
    const other = await impostor(httpAnswer('ok'));
    const { port } = other;
    const isReady = async () => (await httpStatus({ port }, '/healthz')) === 200;
    const deaf = daemon('setInterval(() => {}, 1000)', { port, isReady, readyWithinMs: 500 });
    await expect(deaf.start()).rejects.toThrow(`Its port ${port} of 127.0.0.1 is taken by process ${process.pid} (`);
    expect(other.heard()).toBe('');
    other.close();
  });

  it('R6-A5 is ready when a child of it listens at its port, and is adopted so', async () => {
    const { port, close } = await impostor('');
    close();
    const server = `require('node:http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')`;
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}]); setInterval(() => {}, 1000)`;
    const isReady = async () => (await httpStatus({ port }, '/healthz')) === 200;
    const parent = daemon(script, { port, isReady, readyWithinMs: 25_000 });
    const identity = await parent.start();
    expect(await daemon(script, { port, isReady }).isReady(identity)).toBe(true);
    await parent.stop();
  });

  it('names a program that is not there', async () => {
    await expect(daemon('', { program: '/nowhere/at/all' }).start()).rejects.toThrow('/nowhere/at/all');
  });
});

describe('process identity', () => {
  it('does not take a later process for an earlier one', () => {
    const mine = identify(process.pid) as ProcessIdentity;
    const earlier = { ...mine, startedAs: `${mine.startedAs}0` };
    expect(isAlive(mine)).toBe(true);
    expect(isAlive(earlier)).toBe(false);
    expect(signal(earlier, 'SIGKILL')).toBe(false);
  });

  it('forgets a pid file of a process that is gone', () => {
    const file = path.join(folder, 'gone');
    writePidFile(file, { pid: 2 ** 22 + 1, startedAs: 'never' });
    expect(daemon('', { pidFile: file }).running()).toBeUndefined();
  });
});
