import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Build, Page, WorkerView } from '@cooperage/contracts';
import { type ComposeProduct, type Repository, until } from '@cooperage/e2e';
import { type OddImage, pushOddImage } from '@cooperage/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from '../shared/suite.js';

/** What our edits change in the BuildKit of `deploy/docker/buildkit.Dockerfile`: without them each of these builds ends otherwise. */
export function hostileImages(suite: Suite<ComposeProduct>): void {
  describe('images that take the memory of an engine', () => {
    let product: ComposeProduct;
    let pools: ReadonlyMap<'trusted' | 'strangers', Repository>;
    beforeAll(async () => {
      product = suite.product;
      const other = await product.api.json<{ organizationId: string }>('POST', '/api/v1/organizations', {
        slug: 'hostile-images',
        name: 'Hostile images',
      });
      pools = new Map([
        ['trusted', await product.repository()],
        ['strangers', await product.repository({ organizationId: other.organizationId })],
      ]);
    });

    /** Those that take builds: one that has ended may have had the same name in the other pool. */
    const builders = async () => {
      const { items } = await product.api.json<Page<WorkerView>>('GET', '/api/v1/workers');
      return items.filter(({ role, state }) => role === 'builder' && ['idle', 'busy'].includes(state));
    };

    /** A build from such an image in each pool, by the engine of that pool. */
    const fromImage = async (name: string, image: OddImage): Promise<readonly Build[]> => {
      await pushOddImage(`hostile/${name}`, image);
      const builds: Build[] = [];
      for (const [pool, repository] of pools) {
        const build = await product.build(repository, { Dockerfile: `FROM hostile/${name}\nWORKDIR /x\n` });
        const builder = (await builders()).find(({ name }) => name === build.attempts.at(-1)?.workerName);
        expect(builder?.lane).toBe(pool);
        builds.push(build);
      }
      return builds;
    };

    it('R6-A7 a configuration larger than 8 MiB is not read by the engine of either pool, and the build names the image [A3 Compose isolation]', async () => {
      for (const { failure, attempts } of await fromImage('large', { configBytes: 16 * 2 ** 20 })) {
        expect([failure?.code, attempts.length]).toEqual(['FetchLimit', 1]);
        expect(failure?.message).toContain('hostile/large');
      }
    });

    it('R7-C2 what an image appends to a Dockerfile expands to 1 MiB at most in either pool [A3 Compose isolation]', async () => {
      const chain = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      const longer = chain.slice(1).map((to, at) => `ARG ${to}=${`$${chain[at]}`.repeat(10)}`);
      for (const { failure } of await fromImage('appending', { onBuild: ['ARG a=0123456789', ...longer] }))
        expect(failure).toMatchObject({ code: 'DockerfileInvalid', message: expect.stringContaining('1 MiB') });
    });

    it('the engines of both pools say the version of BuildKit that they are built from [A3 Compose isolation]', async () => {
      const versions = await until('both builders have said it', async () => {
        const found = await builders();
        return found.length === 2 ? found.map(({ engineVersion }) => engineVersion) : null;
      });
      const module = await readFile(path.join(product.folder, 'tools/buildkit/go.mod'), 'utf8');
      const [, required] = /moby\/buildkit (v\S+)/.exec(module) ?? [];
      expect(versions).toEqual([required, required]);
    });
  });
}
