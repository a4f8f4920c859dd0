import type { Build } from '@cooperage/contracts';
import type { ComposeProduct, Repository } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from '../shared/suite.js';

const slow = (word: string) => `FROM busybox:latest
RUN for i in $(seq 40); do echo "line $i of ${word}"; sleep 0.1; done
`;
const building = ({ phase }: Build) => phase === 'build';
const pushing = ({ phase }: Build) => phase !== null && !['fetch', 'build'].includes(phase);

/** A container whose first process dies: nobody but Docker starts it again. */
export function crashes(suite: Suite<ComposeProduct>, tag: string): void {
  describe.each(['control', 'builder', 'api'])('the container of %s', (service) => {
    it(`keeps no zombie of a process whose parent has ended${tag}`, async () => {
      const { product } = suite;
      const inside = (script: string) => product.compose('exec', '-T', service, 'sh', '-c', script);
      await inside("sh -c 'sleep 1 & exit'");
      const sleeps = () => inside('grep -h -A1 "^Name:.sleep" /proc/[0-9]*/status || true');
      await expect.poll(sleeps, { timeout: 60_000 }).toBe('');
    });
  });

  describe('a container that dies', () => {
    let product: ComposeProduct;
    let repository: Repository;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
    });

    it.each([
      { what: 'PostgreSQL', service: 'postgres', while: building },
      { what: 'Redis', service: 'redis', while: building },
      { what: 'the engine', service: 'buildkit', while: building },
      { what: 'the supervisor of the builder', service: 'builder', while: building },
      { what: 'the registry', service: 'registry', while: pushing },
      { what: 'control', service: 'control', while: pushing },
    ])(`comes back, and what was under way ends as a verified image: $what${tag}`, async (crash) => {
      const { commit } = await product.push(repository, { Dockerfile: slow(crash.what) });
      // Whoever comes too late has seen the end of it.
      await product.buildWhere(repository, commit, 'is under way', (build) => crash.while(build) || !!build.finishedAt);
      process.kill(await product.mainPidOf(crash.service), 'SIGKILL');
      const build = await product.finished(repository, commit, 180_000);
      expect(build).toMatchObject({ status: 'succeeded', failure: null });
      await expect.poll(() => product.tagInRegistry(repository, 'main').catch(() => null)).toBe(build.digest);
      await product.cosign(repository, 'verify', build.digest!);
    });
  });
}
