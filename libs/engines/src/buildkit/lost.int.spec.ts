import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OwnEngine, services, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const longStep = () =>
  `FROM busybox\nRUN trap "" TERM; echo started ${unique()}; for i in $(seq 600); do sleep 0.1; done\n`;

describe('an engine that is lost', () => {
  let own: OwnEngine;
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    own = await startOwnEngine();
    engine = new BuildkitEngine({ address: own.address, cgroupParent });
  });
  afterAll(async () => {
    await endTrial(cgroupParent, engine);
    await own.stop();
  });

  const started = async (record: EventRecord) => {
    await expect.poll(() => record.output()).toContain('started');
  };

  it('killed in the middle of a step: known at once, its processes gone, and the next build finds the engine again', async () => {
    const request = pushRequest(longStep());
    const record = new EventRecord();
    const build = engine.build(request, record.emit, never);
    build.catch(() => {});
    await started(record);
    expect(processesIn(cgroupParent)).toBeGreaterThan(0);
    const killedAt = Date.now();
    own.signal('SIGKILL');
    await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable', retryable: true });
    expect(Date.now() - killedAt).toBeLessThan(10_000);
    expect(processesIn(cgroupParent)).toBe(0);
    expect(await engine.check()).toMatchObject({ ok: false });
    await expect(engine.find(request.reference)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await own.restart();
    expect(await engine.find(request.reference)).toEqual({ state: 'unknown' });
    await engine.build(pushRequest('FROM busybox\nRUN true\n'), () => {}, never);
  });

  it('R6-A7 killed while it reads what an image says of itself: the failure names the image', async () => {
    // A registry that takes its time.
    const registry = createServer(() => {});
    await new Promise<void>((resolve) => registry.listen(0, services().reachableAddress, resolve));
    onTestFinished(() => {
      registry.closeAllConnections();
      registry.close();
    });
    const image = `${services().reachableAddress}:${(registry.address() as AddressInfo).port}/slow:1`;
    const record = new EventRecord();
    const build = engine.build(pushRequest(`FROM ${image}\nRUN true\n`), record.emit, never);
    build.catch(() => {});
    await expect.poll(() => record.step(image)?.startedAt).toBeInstanceOf(Date);
    own.signal('SIGKILL');
    await expect(build).rejects.toMatchObject({
      code: 'EngineUnavailable',
      place: { step: `[internal] load metadata for ${image}` },
    });
    await own.restart();
  });

  it('frozen in the middle of a step: given up after its silence', async () => {
    const record = new EventRecord();
    const build = engine.build(pushRequest(longStep()), record.emit, never);
    build.catch(() => {});
    await started(record);
    own.signal('SIGSTOP');
    try {
      await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable' });
      expect(processesIn(cgroupParent)).toBe(0);
    } finally {
      own.signal('SIGCONT');
    }
  });
});
