import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SweepRepository } from '@cooperage/db';
import { BuildFailure, noRead } from '@cooperage/domain';
import { digestOf } from '@cooperage/oci';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BuildBench, outcome, untilStopped } from '../../../spec/build-bench.js';
import { engineReference } from './engine-reference.js';

const config = Buffer.from('{"rootfs":{"type":"layers","diff_ids":[]}}');
const layer = Buffer.from('layer');
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      ...{ mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
    },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }],
  }),
);
const firstRead = noRead('asked');
const pushed = { ...outcome, digest: digestOf(manifest), stepsRun: 4 };

describe('an attempt after one whose worker was lost', () => {
  let bench: BuildBench;
  let registry: Server;
  /** What the registry still holds, by digest. */
  let held: Map<string, Buffer>;
  const tokens: (string | undefined)[] = [];
  beforeAll(async () => {
    bench = await BuildBench.open();
    registry = createServer(({ url = '', headers }, answer) => {
      tokens.push(headers.authorization);
      const found = held.get(url.split('/').at(-1)!);
      const type = url.includes('/manifests/')
        ? 'application/vnd.oci.image.manifest.v1+json'
        : 'application/octet-stream';
      answer.writeHead(found ? 200 : 404, { 'content-type': type, 'content-length': String(found?.length ?? 0) });
      answer.end(found);
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await bench.world.close();
    registry.close();
  });
  beforeEach(async () => {
    await bench.begin();
    held = new Map([manifest, config, layer].map((bytes) => [digestOf(bytes), bytes]));
    bench.registry = { host: `127.0.0.1:${(registry.address() as AddressInfo).port}`, insecure: true };
  });
  afterEach(() => bench.end());

  /** A build of which this worker's first attempt is lost; its reference, and what runs the second one. */
  async function afterLoss(workerName = 'b', dispatched = bench.dispatch()) {
    const first = await dispatched;
    const claimed = await bench.attempts.claim(first.attemptId, bench.instanceId, workerName, 60_000);
    await bench.attempts.noteCacheRead(claimed!, firstRead);
    await bench.world.processes.end(bench.instanceId, 'exited');
    const lost = { ...first, number: 1, cause: 'exited' } as const;
    await new SweepRepository(bench.world.db).closeLost(lost, true, { code: 'WorkerLost', message: 'gone' });
    await bench.restart();
    const second = await bench.dispatchNext();
    return {
      earlier: engineReference(first.attemptId),
      run: async () => {
        await bench.service().run(second.attemptId);
        return bench.build(first.buildId);
      },
    };
  }
  const ran = () => {
    bench.work = vi.fn(async (_request, emit) => {
      await emit({ type: 'cache', name: null });
      return outcome;
    });
    return bench.work as ReturnType<typeof vi.fn>;
  };

  it('takes over what the engine had finished, and runs nothing', async () => {
    const { earlier, run } = await afterLoss();
    const work = ran();
    const takeOver = vi.fn(async (_earlier: string, _request: unknown, emit: (event: never) => unknown) => {
      await emit({ type: 'pushing', digest: pushed.digest } as never);
      return pushed;
    });
    bench.memory = { find: async () => ({ state: 'succeeded', digest: pushed.digest }), takeOver: takeOver as never };
    const build = await run();
    expect(build).toMatchObject({ status: 'running', stage: 'control', digest: pushed.digest, attemptNumber: 2 });
    expect(build.warnings).toMatchObject([{ rule: 'TakenOver' }]);
    expect(build.phases.map(({ phase }) => phase)).toContain('push');
    expect(work).not.toHaveBeenCalled();
    expect(takeOver.mock.calls[0]![0]).toBe(earlier);
    // Under the second attempt's own token, which alone is good: that of the first was taken from its row.
    expect(new Set(tokens)).toEqual(new Set(['Bearer token']));
    expect((await bench.attempt(build.id)).engineReference).not.toBe(earlier);
    // What was made was made from what that one had read.
    expect((await bench.attempt(build.id)).cacheRead).toEqual(firstRead);
  });

  it.each([
    ['its manifest', manifest],
    ['a layer', layer],
    ['its config', config],
  ])('runs where %s is not in the registry any more', async (_what, bytes) => {
    held.delete(digestOf(bytes));
    const { run } = await afterLoss();
    const work = ran();
    const takeOver = vi.fn();
    bench.memory = { find: async () => ({ state: 'succeeded', digest: pushed.digest }), takeOver };
    expect(await run()).toMatchObject({ digest: outcome.digest, warnings: [] });
    expect(work).toHaveBeenCalledOnce();
    expect(takeOver).not.toHaveBeenCalled();
  });

  it('R22A-11 runs a definition anew, since the one before may have read something else in it, and waits for its end', async () => {
    bench.definition = 'target "app" {\n  args = { AT = timestamp() }\n}\n';
    const { run } = await afterLoss('b', bench.dispatchDefined());
    const work = ran();
    const takeOver = vi.fn(async () => pushed);
    let looks = 0;
    bench.memory = {
      find: async () => (++looks < 3 ? { state: 'running' } : { state: 'succeeded', digest: pushed.digest }),
      takeOver,
    };
    expect(await run()).toMatchObject({ digest: outcome.digest, warnings: [] });
    expect(looks).toBe(3);
    expect(work).toHaveBeenCalledOnce();
    expect(takeOver).not.toHaveBeenCalled();
  });

  it('waits for one that still runs, and begins when that has ended', async () => {
    const { run } = await afterLoss();
    const work = ran();
    let looks = 0;
    bench.memory = {
      find: async () => {
        expect(work).not.toHaveBeenCalled();
        return { state: ++looks < 4 ? 'running' : 'failed' };
      },
      takeOver: async () => null,
    };
    const { id } = await run();
    expect(looks).toBe(4);
    expect(work).toHaveBeenCalledOnce();
    expect((await bench.attempt(id)).cacheRead).toMatchObject({ none: 'none_there' });
  });

  it('stops to wait when it is canceled', async () => {
    const { run } = await afterLoss();
    bench.work = untilStopped;
    bench.memory = { find: async () => ({ state: 'running' }), takeOver: async () => null };
    const running = run();
    await expect.poll(() => bench.held.size).toBe(1);
    const { buildId } = await bench.world.db.prisma.attempt.findFirstOrThrow();
    await bench.builds.requestCancel(buildId, 'ada');
    bench.held.wake();
    expect(await running).toMatchObject({ status: 'canceled' });
  });

  it('fails as that one did, where the build itself was at fault', async () => {
    const { run } = await afterLoss();
    const work = ran();
    const failure = new BuildFailure('StepFailed', 'The step ended with exit code 7.', { place: { line: 2 } });
    bench.memory = { find: async () => ({ state: 'failed' }), takeOver: () => Promise.reject(failure) };
    expect(await run()).toMatchObject({ status: 'failed', failure: { code: 'StepFailed', place: { line: 2 } } });
    expect(work).not.toHaveBeenCalled();
  });

  it.each([
    ['the engine has no memory', {}, 'b'],
    ['the engine knows nothing of it', { find: async () => ({ state: 'unknown' }), takeOver: vi.fn() }, 'b'],
    ['that was on another worker', { find: vi.fn(), takeOver: vi.fn() }, 'another'],
  ] as const)('runs where %s', async (_what, memory, workerName) => {
    const { run } = await afterLoss(workerName);
    const work = ran();
    bench.memory = memory as never;
    expect(await run()).toMatchObject({ stage: 'control', digest: outcome.digest });
    expect(work).toHaveBeenCalledOnce();
  });
});
