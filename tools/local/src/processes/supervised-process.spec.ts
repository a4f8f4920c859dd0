import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from './daemon.ts';
import { identify, isAlive, type ProcessIdentity, readPidFile } from './process-identity.ts';
import { restartDelayMs, SupervisedProcess } from './supervised-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-supervised-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sleeper(first = ''): Daemon {
  const logFile = path.join(folder, 'log');
  return new Daemon({
    name: 'The sleeper',
    program: process.execPath,
    parameters: ['-e', `${first} console.log('ready'); setInterval(() => {}, 1000);`],
    pidFile: path.join(folder, 'pid'),
    logFile,
    isReady: async () => readFileSync(logFile, 'utf8').includes('ready'),
    readyWithinMs: 20_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 1000,
  });
}
const pidNow = () => readPidFile(path.join(folder, 'pid'))?.pid;

describe('SupervisedProcess', () => {
  it('starts it again after a kill, and not after a stop', async () => {
    const reports: string[] = [];
    const supervised = new SupervisedProcess(sleeper(), (line) => reports.push(line));
    await supervised.start();
    const first = pidNow() as number;
    process.kill(first, 'SIGKILL');
    while ([undefined, first].includes(pidNow())) await sleep(20);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain('starting it again in 0.5 s');
    const second = pidNow() as number;
    await supervised.stop();
    expect(identify(second)).toBeUndefined();
    await sleep(700);
    expect(pidNow()).toBeUndefined();
  });

  it('R-O1 ends what a killed one left before it starts the next, and says so', async () => {
    const child = "require('node:child_process').spawn('sleep', ['300'], { stdio: 'ignore' })";
    const reports: string[] = [];
    const supervised = new SupervisedProcess(sleeper(`console.log('child', ${child}.pid);`), (line) =>
      reports.push(line),
    );
    await supervised.start();
    const log = () => readFileSync(path.join(folder, 'log'), 'utf8');
    const orphan = identify(Number(/child (\d+)/.exec(log())?.[1]));
    const first = pidNow() as number;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => supervised.isAway).toBe(true);
    await expect.poll(() => [undefined, first].includes(pidNow())).toBe(false);
    expect(isAlive(orphan as ProcessIdentity)).toBe(false);
    await expect.poll(() => supervised.isAway).toBe(false);
    expect(reports[1]).toBe('ended 1 process(es) that The sleeper had left');
    await supervised.stop();
  });

  it('ends the one that a killed launcher left', async () => {
    const left = await sleeper().start();
    const supervised = new SupervisedProcess(sleeper(), () => {});
    await supervised.start();
    expect(identify(left.pid)).toBeUndefined();
    await supervised.stop();
  });

  it('waits longer after each short life, up to half a minute', () => {
    expect([1, 2, 3, 4].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000]);
    expect(restartDelayMs(100)).toBe(30_000);
  });
});
