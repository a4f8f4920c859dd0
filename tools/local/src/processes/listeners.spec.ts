import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { impostor } from '../testing/impostor.ts';
import { describeHolder, isAnotherUsers, listenerAt, ownsListener } from './listeners.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function table(...rows: readonly [local: string, state: string, uid: number, inode: number][]): string {
  const lines = rows.map(
    ([local, state, uid, inode], index) =>
      `${String(index).padStart(4)}: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 00000000ae5ecb90 100 0 0 10 0`,
  );
  return [HEAD, ...lines, ''].join('\n');
}

// 0x4E20 = 20000
const loopback = '0100007F:4E20';
const all = '00000000:4E20';
const mapped = '0000000000000000FFFF00000100007F:4E20';
const allIpv6 = `${'0'.repeat(32)}:4E20`;

describe('the listener at a port of 127.0.0.1', () => {
  it('is the one that 127.0.0.1 reaches, at its own address, at all addresses, or as IPv6', () => {
    for (const local of [loopback, all, mapped, allIpv6])
      expect(listenerAt(20_000, [table([local, '0A', 1001, 77])])).toEqual({ inode: '77', uid: 1001 });
  });

  it('is none of another port, of another address, or of a connection', () => {
    const others = table(['0100007F:4E21', '0A', 0, 1], ['0200000A:4E20', '0A', 0, 2], [loopback, '01', 0, 3]);
    expect(listenerAt(20_000, [others])).toBeUndefined();
    expect(listenerAt(20_000, ['', ''])).toBeUndefined();
  });

  it('is the one at 127.0.0.1 where another takes all addresses of IPv6 alone', () => {
    const ours = table([loopback, '0A', 1000, 5]);
    const others = table([allIpv6, '0A', 1001, 6]);
    expect(listenerAt(20_000, [others, ours])).toEqual({ inode: '5', uid: 1000 });
  });

  it('belongs to the process that listens, and to no other', async () => {
    const other = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    const { port, close } = await impostor('');
    try {
      expect(ownsListener(process.pid, port)).toBe(true);
      expect(ownsListener(other.pid as number, port)).toBe(false);
      expect(ownsListener(2 ** 22 + 1, port)).toBe(false);
      expect(describeHolder(listenerAt(port)!)).toMatch(
        new RegExp(`^process ${process.pid} \\(.+\\) of user ${process.getuid?.()}$`),
      );
    } finally {
      close();
      other.kill();
    }
    await expect.poll(() => listenerAt(port)).toBeUndefined();
  });
});

describe('a listener of another user', () => {
  it('R6-A5 is distinguished from one of root, one of our own user, and none', () => {
    expect(isAnotherUsers({ inode: '1', uid: (process.getuid?.() ?? 0) + 1 })).toBe(true);
    expect(isAnotherUsers({ inode: '1', uid: process.getuid?.() ?? 0 })).toBe(false);
    expect(isAnotherUsers({ inode: '1', uid: 0 })).toBe(false);
    expect(isAnotherUsers(undefined)).toBe(false);
  });
});

/** Holds a folder open whose path is longer than the kernel tells, and then listens. */
const DEEP = `
const { mkdirSync, openSync } = require('node:fs');
process.chdir(process.argv[1]);
for (let level = 0; level < 30; level++) {
  mkdirSync('d'.repeat(200));
  process.chdir('d'.repeat(200));
}
openSync('.');
const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

it('names a process that holds a file with a path that is too long', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'listeners-'));
  const holder = spawn(process.execPath, ['-e', DEEP, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    holder.kill();
    // By its path none of this could be removed.
    execFileSync('rm', ['-rf', folder]);
  });
  const [port] = await once(holder.stdout, 'data');
  expect(describeHolder(listenerAt(Number(port))!)).toContain(`process ${holder.pid} `);
});
