import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../processes/command.ts';
import { identify, isAlive, readPidFile, writePidFile } from '../processes/process-identity.ts';
import { createSpecInstance } from '../test-services/spec-instance.ts';
import { removeEarlierEngine } from './earlier-engine.ts';

const instance = createSpecInstance();
afterAll(() => rmSync(instance.folder, { recursive: true, force: true }));

it('R12A-1 ends the Docker engine of an earlier version, and removes what it kept, below its mounts too', async () => {
  const engine = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const noted = identify(engine.pid!)!;
  writePidFile(instance.pidFile('engine'), noted);
  const layer = instance.file('engine', 'rootfs', 'layer');
  mkdirSync(layer, { recursive: true });
  await run('mount', ['-t', 'tmpfs', 'tmpfs', layer]);
  writeFileSync(path.join(layer, 'file'), '');

  await removeEarlierEngine(instance);
  expect([isAlive(noted), readPidFile(instance.pidFile('engine'))]).toEqual([false, undefined]);
  expect(existsSync(instance.file('engine'))).toBe(false);
});

it('leaves an engine alone where no earlier version was', async () => {
  const engine = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const noted = identify(engine.pid!)!;
  writePidFile(instance.pidFile('engine'), noted);
  await removeEarlierEngine(instance);
  expect(isAlive(noted)).toBe(true);
  process.kill(noted.pid, 'SIGKILL');
});
