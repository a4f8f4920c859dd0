import { SetupCheckRepository } from '@cooperage/db';
import { type CheckFinding, type CheckName, readCheck } from '@cooperage/domain';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerSystem } from '../../spec/worker-system.js';

const actor = { kind: 'setup', id: null, name: 'set-up', ip: null } as const;
let system: WorkerSystem;
afterEach(() => system.close());

/** What is said of one part once it is answered. */
async function answerOf(name: CheckName, change: Record<string, string> = {}): Promise<CheckFinding> {
  system = await WorkerSystem.start(change);
  const checks = new SetupCheckRepository(system.db);
  await checks.ask(['builder', 'registry'], actor);
  await expect.poll(async () => (await checks.list()).get(name)?.finding, { timeout: 30_000 }).not.toBeNull();
  return (await checks.list()).get(name)!.finding!;
}

describe('a check of the workers', () => {
  it('builds for real, and pushes, pulls and deletes for real', async () => {
    expect(await answerOf('builder')).toMatchObject({ code: 'ok', fact: expect.stringContaining('built an image') });
    const checks = new SetupCheckRepository(system.db);
    await expect.poll(async () => (await checks.list()).get('registry')?.finding?.code).toBe('ok');
    const records = await checks.list();
    expect([records.get('builder')?.takenBy, records.get('registry')?.takenBy]).toEqual([
      expect.any(String),
      'control',
    ]);
    expect(readCheck('registry', records.get('registry')!, new Date()).state).toBe('ok');
  });

  it('names the registry that nobody answers for', async () => {
    const finding = await answerOf('registry', { COOPERAGE_REGISTRY: '127.0.0.1:1' });
    expect(finding).toMatchObject({ code: 'unreachable', fact: expect.stringContaining('127.0.0.1:1') });
  });

  it('tells a registry that does not trust our tokens from one that is away', async () => {
    expect((await answerOf('registry', { COOPERAGE_REGISTRY_SERVICE: 'another' })).code).toBe('refused');
  });

  it('says that the engine is away where the builder runs', async () => {
    const finding = await answerOf('builder', { BUILDKIT_HOST: 'tcp://127.0.0.1:1' });
    expect(finding.code).toBe('engine_unreachable');
  });
});

describe('an ask', () => {
  it('is taken by one of several, and a late answer to an earlier one counts for nothing', async () => {
    system = await WorkerSystem.start();
    const checks = new SetupCheckRepository(system.db);
    // A part that no process of this system answers for.
    const [first] = await checks.ask(['redis'], actor);
    const taken = await Promise.all([1, 2, 3].map((at) => checks.take('redis', `worker ${at}`)));
    expect(taken.filter((ask) => ask !== null)).toEqual([first]);
    const [second] = await checks.ask(['redis'], actor);
    const finding = { code: 'ok', fact: 'It answers.', tookMs: 3 } as const;
    expect(await checks.answer(first!, { ...finding, code: 'refused' })).toBe(false);
    expect(await checks.answer(second!, finding)).toBe(true);
    expect((await checks.list()).get('redis')?.finding).toEqual(finding);
  });
});
