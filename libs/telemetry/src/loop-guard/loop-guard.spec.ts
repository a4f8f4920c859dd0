import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { blockedLoopSignal } from './loop-guard.js';

const guard = path.join(import.meta.dirname, 'loop-guard.ts');

/** Runs `work` in a process of its own that is guarded with short times. */
async function guarded(
  work: string,
  more = '',
): Promise<{ code: number | null; signal: string | null; output: string }> {
  const options = `{ process: 'child', silentMs: 400, busyMs: 200, lookMs: 20, ${more} }`;
  const script = `import(${JSON.stringify(guard)}).then(({ guardLoop }) => { guardLoop(${options}); ${work} });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, signal, output };
}

describe('R3-N1 the guard of an event loop', () => {
  it('R3-N1 ends a process that loops for ever, and says so in its log', async () => {
    const { signal, output } = await guarded('setTimeout(() => { for (;;); }, 50);');
    expect(signal).toBe(blockedLoopSignal);
    expect(JSON.parse(output)).toMatchObject({ level: 'fatal', process: 'child' });
    expect(JSON.parse(output).message).toContain('event loop was blocked');
  });

  it('R3-N1 ends the first process of a container too, which takes no signal from itself', async () => {
    const { code, output } = await guarded('setTimeout(() => { for (;;); }, 50);', "signal: 'SIGWINCH'");
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('event loop was blocked');
  });

  it('R3-N1 leaves a process alone that does not get the processor, however long', async () => {
    const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);';
    const { code, output } = await guarded(`setTimeout(() => { ${wait} console.log('alive'); }, 50);`);
    expect([code, output]).toEqual([0, 'alive\n']);
  });

  it('R3-N1 leaves a process alone that works for long and lets others in', async () => {
    const piece = 'const until = used() + 50; while (used() < until);';
    const work = `
      const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
      let left = 10;
      const next = () => { ${piece} if (--left > 0) setTimeout(next, 25); else console.log('alive'); };
      next();`;
    const { code, output } = await guarded(work);
    expect([code, output]).toEqual([0, 'alive\n']);
  });
});
