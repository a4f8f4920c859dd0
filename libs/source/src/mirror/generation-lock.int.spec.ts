import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../git/process-identity.js';
import { GenerationLock } from './generation-lock.js';

describe('GenerationLock', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cooperage-lock-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function sleeper(): Promise<ChildProcess & { pid: number }> {
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    children.push(child);
    await new Promise((resolve) => child.once('spawn', resolve));
    return child as ChildProcess & { pid: number };
  }

  async function heldBy(pid: number): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '7.held'), JSON.stringify(await identify(pid)));
  }

  it('lets one in at a time, in this process', async () => {
    let inside = 0;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const lock = await new GenerationLock(folder).acquire();
        expect(++inside).toBe(1);
        expect(lock.predecessorDied).toBe(false);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside--;
        await lock.release();
      }),
    );
    expect(await readdir(folder)).toEqual(['10.free']);
  });

  it('waits for a holder in another process, and no longer than it is told to', async () => {
    const holder = await sleeper();
    await heldBy(holder.pid);
    await expect(new GenerationLock(folder).acquire(AbortSignal.timeout(100))).rejects.toThrow(/timeout/);
    const waiting = new GenerationLock(folder).acquire();
    holder.kill('SIGKILL');
    const lock = await waiting;
    expect(lock.predecessorDied).toBe(true);
    await lock.release();
    const next = await new GenerationLock(folder).acquire();
    expect(next.predecessorDied).toBe(false);
    await next.release();
  });

  it('ends the helper of a dead holder before it goes on', async () => {
    const [holder, helper] = [await sleeper(), await sleeper()];
    await heldBy(holder.pid);
    await writeFile(join(folder, '7.helper'), JSON.stringify(await identify(helper.pid)));
    const ended = new Promise((resolve) => helper.once('exit', (_code, signal) => resolve(signal)));
    holder.kill('SIGKILL');
    await (await new GenerationLock(folder).acquire()).release();
    expect(await ended).toBe('SIGKILL');
  });

  it('harms nobody who only has the number of a dead process', async () => {
    const stranger = await sleeper();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '3.held'), JSON.stringify({ pid: stranger.pid, start: '1' }));
    await writeFile(join(folder, '3.helper'), JSON.stringify({ pid: stranger.pid, start: '1' }));
    const lock = await new GenerationLock(folder).acquire();
    expect(lock.predecessorDied).toBe(true);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    await lock.release();
  });

  it.each(['', 'nonsense', '{}', '{"pid":-1,"start":"x"}', '{"pid":"1","start":1}'])(
    'takes over from a file that says %j',
    async (text) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, '2.held'), text);
      await (await new GenerationLock(folder).acquire()).release();
      expect(await readdir(folder)).toEqual(['3.free']);
    },
  );

  it('lets one in at a time among processes that are killed at random', async () => {
    const script = `
      const { GenerationLock } = await import(${JSON.stringify(new URL('./generation-lock.ts', import.meta.url).href)});
      const { open, rm } = await import('node:fs/promises');
      const [folder, marker] = process.argv.slice(1);
      for (;;) {
        const lock = await new GenerationLock(folder).acquire();
        if (lock.predecessorDied) await rm(marker, { force: true });
        const file = await open(marker, 'wx').catch(() => undefined);
        if (!file) { process.stdout.write('two inside\\n'); process.exit(1); }
        process.stdout.write('in\\n');
        await file.close();
        await rm(marker);
        await lock.release();
      }`;
    const loader = new URL('../../spec/load-sources.mjs', import.meta.url).href;
    const marker = join(folder, '..', `marker-${process.pid}`);
    let turns = 0;
    let clashes = 0;
    const start = (): ChildProcess => {
      const child = spawn(
        process.execPath,
        ['--conditions=source', '--import', loader, '--input-type=module', '-e', script, folder, marker],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      child.stdout.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        turns += text.split('in\n').length - 1;
        clashes += text.includes('two inside') ? 1 : 0;
      });
      children.push(child);
      return child;
    };
    const running = [start(), start(), start()];
    for (let kills = 0; kills < 25; kills++) {
      // Somebody was inside since the last kill, however slowly processes start here; then any moment will do.
      const before = turns;
      while (turns === before && clashes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      const index = kills % 3;
      running[index]!.kill('SIGKILL');
      running[index] = start();
    }
    for (const child of running) child.kill('SIGKILL');
    await rm(marker, { force: true });
    expect(clashes).toBe(0);
    expect(turns).toBeGreaterThan(20);
  }, 60_000);
});
