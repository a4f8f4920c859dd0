import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from './daemon.ts';
import { cutLogs } from './log-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

describe('R13B-4 logs of what the launcher runs', () => {
  it('R13B-4 have one old file of what was too long, and no more', async () => {
    writeFileSync(path.join(folder, 'short.log'), 'x'.repeat(100));
    writeFileSync(path.join(folder, 'long.log'), 'first'.repeat(100));
    writeFileSync(path.join(folder, 'other.json'), 'x'.repeat(1_000));
    await cutLogs(folder, 100);
    expect([read('long.log'), read('long.log.old')]).toEqual(['', 'first'.repeat(100)]);
    writeFileSync(path.join(folder, 'long.log'), 'second'.repeat(100));
    await cutLogs(folder, 100);
    expect(read('long.log.old')).toBe('second'.repeat(100));
    expect(readdirSync(folder).sort()).toEqual(['long.log', 'long.log.old', 'other.json', 'short.log']);
    expect([read('short.log').length, read('other.json').length]).toEqual([100, 1_000]);
  });

  it('V13B-10 are cut although one of them cannot be emptied', async () => {
    // The system refuses to open a program for writing while it runs, to root as well.
    const program = path.join(folder, 'a.log');
    copyFileSync('/bin/sleep', program);
    chmodSync(program, 0o700);
    const running = spawn(program, ['60'], { argv0: 'sleep' });
    const ended = once(running, 'exit');
    try {
      await once(running, 'spawn');
      expect(() => truncateSync(program)).toThrow('ETXTBSY');
      writeFileSync(path.join(folder, 'b.log'), 'x'.repeat(200));
      await cutLogs(folder, 100);
      expect([read('b.log'), read('b.log.old')]).toEqual(['', 'x'.repeat(200)]);
      expect(statSync(program).size).toBe(statSync('/bin/sleep').size);
    } finally {
      running.kill();
      await ended;
    }
  });

  it('R13B-4 are written on by a process that has its log open', async () => {
    const logFile = path.join(folder, 'writer.log');
    const daemon = new Daemon({
      ...{ name: 'The writer', program: process.execPath, logFile, pidFile: path.join(folder, 'pid') },
      parameters: ['-e', "console.log('ready'); setInterval(() => console.log('x'.repeat(999)), 5);"],
      isReady: async () => statSync(logFile).size > 20_000,
      ...{ readyWithinMs: 10_000, stopSignal: 'SIGTERM', stopWithinMs: 500 },
    });
    await daemon.start();
    try {
      await cutLogs(folder, 20_000);
      expect(read('writer.log.old')).toMatch(/^ready\n/);
      await expect.poll(() => read('writer.log').length).toBeGreaterThan(0);
      // Behind a hole of as many zeros as there were bytes, a log would be as long as before.
      expect(read('writer.log')).toMatch(/^x{999}\n/);
    } finally {
      await daemon.stop();
    }
  });
});
