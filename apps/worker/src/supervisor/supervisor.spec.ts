import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProcessRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Supervisor } from './supervisor.js';

const guard = path.join(import.meta.dirname, '../../../../libs/telemetry/src/loop-guard/loop-guard.ts');
/** Says how often a blocked loop has ended it before; its first life loops for ever. */
const childOf = (notes: string) => `
  import { appendFileSync } from 'node:fs';
  import { guardLoop } from ${JSON.stringify(guard)};
  guardLoop({ process: 'child', silentMs: 400, busyMs: 200, lookMs: 20 });
  const ended = process.env.COOPERAGE_BLOCKED_LOOPS;
  appendFileSync(${JSON.stringify(notes)}, ended + '\\n');
  setInterval(() => { if (ended === '0') for (;;); }, 50);`;

describe('a supervisor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-supervisor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('R3-N1 starts a process again whose event loop was blocked, says so, and counts it', async () => {
    const [script, notes] = [path.join(folder, 'child.mjs'), path.join(folder, 'notes')];
    await writeFile(script, childOf(notes));
    const lines: string[] = [];
    const logger = createLogger({
      process: 'test',
      level: 'info',
      destination: { write: (line) => void lines.push(line) },
    });
    const ended: string[] = [];
    const processes = {
      list: async () => [],
      end: async (_id: string, reason: string) => {
        ended.push(reason);
        return true;
      },
    } as unknown as ProcessRepository;
    const supervisor = new Supervisor('control', processes, logger, null, script);
    onTestFinished(() => supervisor.stop());
    const running = supervisor.run();
    await expect.poll(() => readFile(notes, 'utf8').catch(() => ''), { timeout: 25_000 }).toBe('0\n1\n');
    supervisor.stop();
    await running;
    expect(ended).toEqual(['exited', 'exited']);
    const told = lines.map((line) => JSON.parse(line)).find(({ blockedLoops }) => blockedLoops !== undefined);
    expect(told).toMatchObject({ level: 'error', role: 'control', blockedLoops: 1 });
    expect(told.message).toContain('event loop was blocked');
  });
});
