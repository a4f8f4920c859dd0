import { describe, expect, it } from 'vitest';
import { engineContract } from '../contract.suite.js';
import { EventRecord } from '../testing/event-record.js';
import { trialRequest, unique } from '../testing/trial-request.js';
import { FakeEngine } from './engine.js';

const never = new AbortController().signal;

engineContract('the fake engine', async () => ({
  engine: new FakeEngine(),
  succeeds: () => trialRequest(`FROM scratch\nRUN fake print hello\nRUN fake print ${unique()}\n`),
  fails: () => trialRequest('FROM scratch\nRUN fake exit 7\n'),
  runsLong: () => trialRequest('FROM scratch\nRUN fake sleep 60000\n'),
  prints: (bytes) => trialRequest(`FROM scratch\nRUN fake flood ${bytes}\n# ${unique()}\n`),
  processesLeft: async () => null,
  end: async () => {},
}));

describe('the fake engine', () => {
  it('dies on request: the build is lost and the step stays open', async () => {
    const record = new EventRecord();
    const build = new FakeEngine().build(trialRequest('FROM scratch\nRUN fake die\n'), record.emit, never);
    await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable', retryable: true });
    expect(record.step('die')).toMatchObject({ completedAt: null });
  });

  it('runs out of memory on request', async () => {
    const build = new FakeEngine().build(trialRequest('FROM scratch\nRUN fake oom\n'), () => {}, never);
    await expect(build).rejects.toMatchObject({ code: 'StepOutOfMemory', place: { exitCode: 137, line: 2 } });
  });

  it('pushes by what the test gives it, and remembers exported caches', async () => {
    const image = { digest: `sha256:${'a'.repeat(64)}` as const, mediaType: 'm', sizeBytes: 3 };
    const engine = new FakeEngine({ push: async () => image });
    const request = trialRequest('FROM scratch\n');
    expect(await engine.build(request, () => {}, never)).toMatchObject(image);
    await engine.exportCache({ ...request, cacheExport: { reference: 'r/c:t', mode: 'max' } }, never);
    expect(engine.exportedCaches).toEqual(['r/c:t']);
  });
});
