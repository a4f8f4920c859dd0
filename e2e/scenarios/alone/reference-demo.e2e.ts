import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Build } from '@cooperage/contracts';
import { Product, type Repository } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const demo = path.resolve(import.meta.dirname, '../../../examples/reference-demo');

/** Milliseconds that the builder needed: from the start of `build` to the end of `push`. */
function builderMs(build: Build): number {
  const span = build.phases.filter(({ phase }) => phase === 'build' || phase === 'push');
  return Date.parse(span.at(-1)!.endedAt!) - Date.parse(span[0]!.startedAt);
}

describe('the reference demo: packages on a Debian base', () => {
  let product: Product;
  let repository: Repository;
  beforeAll(async () => {
    product = await Product.start();
    repository = await product.repository({
      limits: { timeoutMs: 600_000, logBytes: 134_217_728, memoryBytes: null, pids: 4096, cpus: null, diskBytes: null },
    });
  });
  afterAll(() => product.stop());
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') process.stderr.write(`${await product.logs()}\n`);
  });

  it('is built a second time from the cache alone, in a tenth of the time at most', { timeout: 400_000 }, async () => {
    const files = {
      Dockerfile: await readFile(path.join(demo, 'Dockerfile'), 'utf8'),
      'app.sh': { executable: await readFile(path.join(demo, 'app.sh'), 'utf8') },
    };
    const first = await product.finished(repository, (await product.push(repository, files)).commit, 300_000);
    expect({ status: first.status, failure: first.failure }).toEqual({ status: 'succeeded', failure: null });
    const second = await product.finished(
      repository,
      (await product.push(repository, { ...files, 'NOTES.md': 'not copied' })).commit,
    );
    expect(second).toMatchObject({ status: 'succeeded', stepsTotal: 3, stepsCached: 3 });
    expect(builderMs(second) / builderMs(first)).toBeLessThanOrEqual(0.1);
    await product.cosign(repository, 'verify', second.digest!);
  });
});
