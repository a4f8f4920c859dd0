import { Product, type Repository, until } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const dockerfile = (word: string) => `FROM busybox:latest\nRUN echo ${word} > /word\n`;

describe('the publisher', () => {
  let product: Product;
  let repository: Repository;
  beforeAll(async () => {
    product = await Product.start();
    repository = await product.repository();
  });
  afterAll(() => product.stop());
  afterEach(async (context) => {
    product.registry.watch(undefined);
    if (context.task.result?.state === 'fail') process.stderr.write(`${await product.logs()}\n`);
  });

  const killControl = async () => process.kill(await product.pidOf('control'), 'SIGKILL');

  /** Every write of one publication, in order, as the registry sees them. */
  async function writesOfOne(): Promise<string[]> {
    const writes: string[] = [];
    product.registry.watch(({ what, moment }) => {
      if (moment === 'before') writes.push(what);
    });
    const { commit } = await product.push(repository, { Dockerfile: dockerfile('counted') });
    expect((await product.finished(repository, commit)).status).toBe('succeeded');
    product.registry.watch(undefined);
    return writes;
  }

  it('killed at each of its writes to the registry, before and after it, still publishes once', {
    timeout: 600_000,
  }, async () => {
    const writes = await writesOfOne();
    expect(writes.some((write) => write.endsWith('/manifests/main'))).toBe(true);
    for (const number of writes.keys())
      for (const moment of ['before', 'after'] as const) {
        let killed = false;
        const begun = Date.now();
        product.registry.watch(async (write) => {
          if (killed || write.number !== number + 1 || write.moment !== moment) return;
          killed = true;
          await killControl();
        });
        const { commit } = await product.push(repository, { Dockerfile: dockerfile(`${moment}-${number}`) });
        const build = await product.finished(repository, commit);
        if (process.env.TEST_PROGRESS)
          process.stderr.write(`${number}/${writes.length} ${moment} ${writes[number]} ${Date.now() - begun} ms\n`);
        const point = `killed ${moment} ${writes[number]}`;
        expect({ point, killed, status: build.status }).toEqual({ point, killed: true, status: 'succeeded' });
        expect({ point, main: await product.tagInRegistry(repository, 'main') }).toEqual({ point, main: build.digest });
        expect(build.attempts).toHaveLength(1);
        await product.cosign(repository, 'verify', build.digest!);
      }
  });

  it('stopped at the gate until a newer build is published, then woken, is refused by the registry', {
    timeout: 240_000,
  }, async () => {
    let stopped = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    product.registry.watch(async ({ what, moment }) => {
      if (stopped !== 0 || moment !== 'before' || !what.endsWith('/manifests/main')) return;
      stopped = await product.pidOf('control');
      process.kill(stopped, 'SIGSTOP');
      await held;
    });
    const old = await product.push(repository, { Dockerfile: dockerfile('paused') });
    await until('control is stopped with a tag in its hand', async () => stopped !== 0);

    product.start('control', 'control-2');
    const fresh = await product.push(repository, { Dockerfile: dockerfile('newer') });
    const newer = await product.finished(repository, fresh.commit, 150_000);
    expect(newer.status).toBe('succeeded');
    expect(await product.tagInRegistry(repository, 'main')).toBe(newer.digest);

    // The write that the stopped process had under way reaches the registry now, and then it wakes.
    release();
    process.kill(stopped, 'SIGCONT');
    const older = await product.finished(repository, old.commit);
    expect(older.status).toBe('succeeded');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await product.tagInRegistry(repository, 'main')).toBe(newer.digest);
    expect((await product.finished(repository, fresh.commit)).status).toBe('succeeded');
  });
});
