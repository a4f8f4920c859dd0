import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { BackedEngine } from './backed-engine.js';
import type { BuildRequest } from './build-request.js';
import { CacheExportFailure } from './cache-export-failure.js';
import type { Engine } from './engine.js';
import { EngineLacks } from './engine-lacks.js';
import { FakeEngine } from './fake/engine.js';
import { EventRecord } from './testing/event-record.js';
import { trialRequest } from './testing/trial-request.js';

const never = new AbortController().signal;
const lack = new EngineLacks('it does not do here-documents', { place: { file: 'Dockerfile', line: 2 } });

/** Builds nothing that has a here-document. */
class PartialEngine extends FakeEngine {
  override async build(...[request, emit, signal]: Parameters<Engine['build']>) {
    refuse(request);
    return super.build(request, emit, signal);
  }
  override async exportCache(...[request, signal]: Parameters<Engine['exportCache']>) {
    try {
      refuse(request);
    } catch (error) {
      throw CacheExportFailure.of(error as BuildFailure);
    }
    return super.exportCache(request, signal);
  }
}

function refuse({ dockerfile }: BuildRequest): void {
  if (Buffer.from(dockerfile.content).includes('<<')) throw lack;
}

function engines() {
  const [first, second] = [new PartialEngine(), new FakeEngine()];
  return { first, second, engine: new BackedEngine(first, second) };
}

describe('an engine with another behind it', () => {
  it('builds by itself what it can, and says nothing of the other', async () => {
    const { first, second, engine } = engines();
    const record = new EventRecord();
    const request = trialRequest('FROM scratch\nRUN echo hello\n');
    await engine.build(request, record.emit, never);
    await engine.exportCache({ ...request, cacheExport: { reference: 'a/b:c', mode: 'max' } }, never);
    expect(record.warnings()).toEqual([]);
    expect([first.exportedCaches, second.exportedCaches]).toEqual([['a/b:c'], []]);
    expect(await engine.find(request.reference)).toMatchObject({ state: 'succeeded' });
  });

  it('leaves to the other what it lacks, and says which line it was', async () => {
    const { first, second, engine } = engines();
    const record = new EventRecord();
    const request = trialRequest('FROM scratch\nRUN <<EOT\necho hello\nEOT\n');
    await engine.build(request, record.emit, never);
    await engine.exportCache({ ...request, cacheExport: { reference: 'a/b:c', mode: 'max' } }, never);
    expect(record.warnings()).toEqual([
      { type: 'warning', rule: 'Engine', message: lack.message, url: null, line: 2, file: 'Dockerfile' },
    ]);
    expect([first.exportedCaches, second.exportedCaches]).toEqual([[], ['a/b:c']]);
    expect((await engine.find(request.reference)).state).toBe('succeeded');
  });

  it('R12A-1 says what either of them does not check', async () => {
    const { first, second, engine } = engines();
    const said = await first.check();
    expect((await engine.check()).warnings).toEqual([]);
    second.check = async () => ({ ...said, warnings: ['layers-unverified'] });
    expect((await engine.check()).warnings).toEqual(['layers-unverified']);
  });

  it('leaves failures as they are', async () => {
    const { engine } = engines();
    const failing = engine.build(trialRequest('FROM scratch\nRUN fake exit 3\n'), () => {}, never);
    await expect(failing).rejects.toMatchObject({ code: 'StepFailed', place: { exitCode: 3 } });
    await expect(failing).rejects.toBeInstanceOf(BuildFailure);
  });
});
