import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PushedImage } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** A registry that passes everything on but the manifests of the first pushes, which it refuses with `status`. */
async function startMoodyRegistry() {
  const [host, port] = services().registry.host.split(':');
  const mood = { refusals: 0, status: 500, seen: 0, uploads: 0 };
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') mood.uploads++;
    if (request.method === 'PUT' && request.url?.includes('/manifests/')) {
      mood.seen++;
      if (mood.refusals-- > 0) {
        request.resume();
        response.writeHead(mood.status).end();
        return;
      }
    }
    const { method, url: path, headers } = request;
    const onward = http.request({ host, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((done) => server.listen(0, services().reachableAddress, done));
  const { port: own } = server.address() as AddressInfo;
  return {
    host: `${services().reachableAddress}:${own}`,
    mood,
    stop: () => server.closeAllConnections() ?? server.close(),
  };
}

describe('a push that the registry does not take', () => {
  const cgroupParent = trialCgroupParent();
  let engine: BuildkitEngine;
  let registry: Awaited<ReturnType<typeof startMoodyRegistry>>;
  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    registry = await startMoodyRegistry();
  });
  afterAll(async () => {
    await endTrial(cgroupParent, engine);
    registry.stop();
  });

  const build = async (refusals: number, status: number, dockerfile = `FROM busybox\nRUN echo ran-${unique()}\n`) => {
    Object.assign(registry.mood, { refusals, status, seen: 0 });
    const request = pushRequest(dockerfile, { limits: { networkMode: 'none', group: 'push' } });
    const record = new EventRecord();
    const push = { ...request.push, host: registry.host };
    const registryAuth = rightsTo({ ...services().registry, host: registry.host }, [push.repository]);
    const outcome = engine.build({ ...request, push, registryAuth }, record.emit, never);
    outcome.catch(() => {});
    return { record, outcome };
  };
  it('R2-H-3 begins when its image was admitted, with all that it consists of, and never when it was not', async () => {
    const dockerfile = `FROM busybox\nRUN head -c 300000 /dev/urandom > /made-${unique()}\n`;
    Object.assign(registry.mood, { refusals: 0, status: 500, seen: 0, uploads: 0 });
    const request = pushRequest(dockerfile, { limits: { networkMode: 'none', group: 'push' } });
    const registryAuth = rightsTo({ ...services().registry, host: registry.host }, [request.push.repository]);
    const uploadsWhenAsked: number[] = [];
    const asked: PushedImage[] = [];
    const build = (answer: () => Promise<void>) => {
      const admit = async (image: PushedImage) => {
        asked.push(image);
        // An engine that does not wait would be long done.
        await delay(500);
        uploadsWhenAsked.push(registry.mood.uploads);
        return answer();
      };
      const push = { ...request.push, host: registry.host, admit };
      const reference = unique().padEnd(32, '0');
      return engine.build({ ...request, reference, push, registryAuth }, new EventRecord().emit, never);
    };
    const full = new BuildFailure('QuotaExceeded', 'no room');
    await expect(build(() => Promise.reject(full))).rejects.toBe(full);
    expect(registry.mood).toMatchObject({ uploads: 0, seen: 0 });
    const { digest } = await build(async () => undefined);
    expect(asked.map(({ isPushed, digest }) => [isPushed, digest])).toEqual([
      [false, digest],
      [false, digest],
    ]);
    expect(uploadsWhenAsked).toEqual([0, 0]);
    expect(Math.max(...asked[0]!.blobs.map(({ bytes }) => bytes))).toBeGreaterThan(300_000);
    expect(asked[0]!.blobs).toHaveLength(3);
    expect(registry.mood).toMatchObject({ uploads: expect.any(Number), seen: 1 });
  });

  it('is done again as a push by the engine, with the bytes that it has: no step runs twice', async () => {
    const { record, outcome } = await build(2, 500);
    expect(await outcome).toMatchObject({ stepsRun: 1, digest: expect.stringMatching(/^sha256:/) });
    expect(record.output().match(/ran-/g)).toHaveLength(1);
    expect(registry.mood.seen).toBe(3);
  });

  it('fails the attempt when it is not taken for long, and the next attempt pushes what the first one built', async () => {
    const dockerfile = `FROM busybox\nRUN echo ran-${unique()}\n`;
    await expect((await build(100, 500, dockerfile)).outcome).rejects.toMatchObject({ code: 'RegistryUnavailable' });
    const { record, outcome } = await build(0, 500, dockerfile);
    expect(await outcome).toMatchObject({ stepsRun: 0, stepsCached: 1 });
    expect(record.ran()).toEqual([]);
  });

  it('is not done again where the registry has said no', async () => {
    const { outcome } = await build(100, 403);
    await expect(outcome).rejects.toMatchObject({ code: 'RegistryAccessDenied' });
    expect(registry.mood.seen).toBe(1);
  });
});
