import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PostmasterFile } from './postmaster-file.ts';

const locks = ['.s.PGSQL.24493.lock', 'postmaster.pid'];

/** A data folder as a server with this process id leaves it. */
function dataFolder(pid: (folder: string) => number): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'postgres-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of locks) writeFileSync(path.join(folder, name), `${pid(folder)}\n${folder}\n`);
  for (const name of ['.s.PGSQL.24493', 'postgresql.conf']) writeFileSync(path.join(folder, name), '');
  return folder;
}

it('R-O1 the locks of a server that was killed go, also where their number is that of a process', () => {
  const folder = dataFolder(() => process.pid);
  new PostmasterFile(folder).removeStale();
  expect(readdirSync(folder).toSorted()).toEqual(['.s.PGSQL.24493', 'postgresql.conf']);
});

it('the locks of a server that runs stay', async () => {
  const folder = dataFolder((data) => {
    const server = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', '--', '-D', data]);
    onTestFinished(() => void server.kill('SIGKILL'));
    return server.pid!;
  });
  // A process has its command line a moment after it was started.
  await expect.poll(() => new PostmasterFile(folder).server()).toBeDefined();
  new PostmasterFile(folder).removeStale();
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(locks));
});
