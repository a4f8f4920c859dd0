import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';

const script = path.join(import.meta.dirname, '../scripts/guarded-server.mjs');
const guard = path.join(import.meta.dirname, '../../../libs/telemetry/src/loop-guard/loop-guard.ts');
/** The guard as it is, with short times. */
const quickGuard = `
  import { guardLoop as guard } from ${JSON.stringify(guard)};
  export const guardLoop = (options) => guard({ ...options, silentMs: 400, busyMs: 200, lookMs: 20 });`;

/** The start of the pages' server, with another server in the place of Next's. */
async function started(server: string): Promise<{ code: number | null; signal: string | null; output: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'guarded-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'loop-guard'));
  await Promise.all([
    writeFile(path.join(folder, 'package.json'), '{ "type": "module" }'),
    writeFile(path.join(folder, 'loop-guard/loop-guard.js'), quickGuard),
    writeFile(path.join(folder, 'server.js'), server),
    copyFile(script, path.join(folder, 'guarded-server.mjs')),
  ]);
  const child = spawn(process.execPath, ['guarded-server.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, signal, output };
}

describe('R4-P4 the server of the pages', () => {
  it('R4-P4 is ended, to be started again, when a page computes for ever', async () => {
    const { signal, output } = await started('setTimeout(() => { for (;;); }, 50);');
    expect(signal).toBe('SIGVTALRM');
    expect(JSON.parse(output)).toMatchObject({ level: 'fatal', process: 'web' });
  });

  it('R4-P4 is started as it is', async () => {
    expect(await started("console.log('served');")).toEqual({ code: 0, signal: null, output: 'served\n' });
  });
});
