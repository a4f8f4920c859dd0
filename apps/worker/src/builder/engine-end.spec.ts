import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineEnd } from './engine-end.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const never = new AbortController().signal;
const patienceMs = 60_000;

describe('R9-C1 R9-C2 the end of an engine', () => {
  let folder: string;
  let file: string;
  let end: EngineEnd;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cooperage-end-'));
    const rules = path.join(folder, 'rules.json');
    file = `${rules}.asked/end`;
    mkdirSync(path.dirname(file));
    end = new EngineEnd(rules, logger, patienceMs);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is asked for once, with the reason, until another engine was started', async () => {
    await end.another(never);
    expect([await end.ask('it cannot be emptied'), await end.ask('again')]).toEqual([true, true]);
    expect([end.isAsked, readFileSync(file, 'utf8')]).toEqual([true, 'it cannot be emptied\n']);
    let isAnother = false;
    const another = end.another(never).then(() => {
      isAnother = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnother).toBe(false);
    rmSync(file);
    await another;
    expect(end.isAsked).toBe(false);
  });

  it('R10-C2 is over when another engine answers, not when it is begun', async () => {
    let ok = false;
    end.of({ check: async () => ({ ok }) as never });
    await end.another(never);
    await end.ask('it cannot be emptied');
    const askedAtMs = performance.now();
    rmSync(file);
    let isAnother = false;
    const another = end.another(never).then(() => {
      isAnother = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([isAnother, end.isEnding]).toEqual([false, true]);
    ok = true;
    await another;
    expect(end.isEnding).toBe(false);
    // R10-C3: what was lost meanwhile is nobody's fault.
    expect([end.wasEndedAt(askedAtMs - 60_000), end.wasEndedAt(askedAtMs), end.wasEndedAt(askedAtMs + 60_000)]).toEqual(
      [false, true, false],
    );
  });

  it('is not waited for by who gives up', async () => {
    await end.ask('it cannot be emptied');
    await expect(end.another(AbortSignal.abort(new Error('canceled')))).rejects.toThrow('canceled');
  });

  it('cannot be asked for where somebody else started it, or nobody listens', async () => {
    const others = new EngineEnd(null, logger);
    expect([await others.ask('it cannot be emptied'), others.isAsked]).toEqual([false, false]);
    await others.another(never);
    rmSync(path.dirname(file), { recursive: true });
    expect([await end.ask('it cannot be emptied'), end.isAsked]).toEqual([false, false]);
  });

  it('is asked for where nobody else is in the engine, and its work does not end', async () => {
    await end.unlessEnded({ ended: new Promise(() => {}) });
    expect(readFileSync(file, 'utf8')).toBe('it goes on with a build that was stopped\n');
  });

  it.each(['ended', 'lost'])('is not asked for where its work has %s', async (how) => {
    await end.unlessEnded({ ended: how === 'ended' ? Promise.resolve() : Promise.reject(new Error(how)) });
    expect(existsSync(file)).toBe(false);
  });

  it('waits until others have left the engine, or for minutes', async () => {
    const leave = [end.enter(), end.enter()];
    const asked = end.unlessEnded({ ended: new Promise(() => {}) });
    leave[0]!();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(end.isAsked).toBe(false);
    leave[1]!();
    await asked;
    expect(end.isAsked).toBe(true);
    rmSync(file);
    end.enter();
    const hasty = new EngineEnd(path.join(folder, 'rules.json'), logger, 0);
    hasty.enter();
    await hasty.unlessEnded({ ended: new Promise(() => {}) });
    expect(hasty.isAsked).toBe(true);
  });
});
