import { type Installation, type Repository, until } from '@cooperage/e2e';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { publishUnderKills } from './publish-under-kills.js';
import type { Suite } from './suite.js';

const dockerfile = (word: string) => `FROM busybox:latest\nRUN echo ${word} > /word\n`;

/**
 * Leaves an installation with one control more.
 * @param tag of a row of the scorecard, for the titles
 */
export function publisher(suite: Suite, tag = ''): void {
  describe('the publisher', () => {
    let product: Installation;
    let repository: Repository;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
    });
    afterEach(() => product.registry.watch(undefined));

    it(`killed at the first write and around the tag write still publishes once${tag}`, async () => {
      const isTag = (write: string) => write.endsWith('/manifests/main');
      await publishUnderKills(product, repository, (writes) => [
        { number: 0, moment: 'before' },
        { number: writes.findIndex(isTag), moment: 'before' },
        { number: writes.findIndex(isTag), moment: 'after' },
      ]);
    });

    it(`stopped at the gate until a newer build is published, then woken, is refused by the registry${tag}`, {
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

      const newer = await (async () => {
        await product.addControl('control-2');
        const fresh = await product.push(repository, { Dockerfile: dockerfile('newer') });
        const build = await product.finished(repository, fresh.commit, 150_000);
        expect(build.status).toBe('succeeded');
        expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
        return build;
      })().finally(() => {
        // The write that the stopped process had under way reaches the registry now, and then it wakes.
        release();
        process.kill(stopped, 'SIGCONT');
      });
      const older = await product.finished(repository, old.commit);
      expect(older.status).toBe('succeeded');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(await product.tagInRegistry(repository, 'main')).toBe(newer.digest);
      expect((await product.finished(repository, newer.commit)).status).toBe('succeeded');
    });
  });
}
