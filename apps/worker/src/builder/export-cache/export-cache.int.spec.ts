import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildBench } from '../../../spec/build-bench.js';

describe('the export of a cache', () => {
  let bench: BuildBench;
  beforeAll(async () => {
    bench = await BuildBench.open();
  });
  afterAll(() => bench.world.close());
  beforeEach(() => bench.begin());
  afterEach(() => bench.end());

  /** A build of the project that has succeeded, and whose cache is still to be left. */
  async function succeeded(projectId: string): Promise<string> {
    await bench.world.build(projectId, { cacheBackend: 'local' });
    const { attemptId, buildId } = await bench.dispatchNext();
    await bench.service().run(attemptId);
    await bench.world.db.prisma.build.update({
      where: { id: buildId },
      data: { status: 'succeeded', stage: null, finishedAt: new Date() },
    });
    return buildId;
  }

  it('R12B-3 waits for no git host: those of others come after it, though that of one project does not answer', async () => {
    const [mute, other] = [bench.projectId, await bench.world.project()];
    const [first, second] = [await succeeded(mute), await succeeded(other)];
    bench.prepare = ({ id }) => (id === mute ? new Promise(() => {}) : Promise.resolve());
    // As the builder's receiver does it: one after the other.
    const exports = bench.exports();
    const received = (async () => {
      for (const buildId of [first, second]) await exports.run(buildId);
    })();
    await expect.poll(async () => (await bench.build(second)).cacheExport).toBe('done');
    await received;
    expect(await bench.build(first)).toMatchObject({ cacheExport: 'done' });
  });
});
