import { Product, type Repository, until } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { publishUnderKills } from './publisher/publish-under-kills.js';

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

  it('killed at the first write and around the tag write still publishes once', async () => {
    const isTag = (write: string) => write.endsWith('/manifests/main');
    await publishUnderKills(product, repository, (writes) => [
      { number: 0, moment: 'before' },
      { number: writes.findIndex(isTag), moment: 'before' },
      { number: writes.findIndex(isTag), moment: 'after' },
    ]);
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
