import type { Repository } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

const dockerfile = `# syntax=docker/dockerfile:1
FROM busybox:latest
COPY word.txt /word.txt
RUN cat /word.txt && echo done
`;

/** @param tag of a row of the scorecard, for the titles */
export function road(suite: Suite, tag = ''): void {
  describe('a push', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
    });

    it(`becomes a signed image that stock cosign verifies, with its attestation${tag}`, async () => {
      const { product } = suite;
      const { commit } = await product.push(repository, { Dockerfile: dockerfile, 'word.txt': 'hello' });
      const build = await product.finished(repository, commit);
      expect(build).toMatchObject({ status: 'succeeded', number: 1, tags: ['main', 'latest'] });
      expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
      await product.cosign(repository, 'verify', build.digest!);
      await product.cosign(repository, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
    });

    it(`of the same commit again builds nothing, and says so${tag}`, async () => {
      const { product } = suite;
      const page = await product.api.builds(repository.project.id);
      const again = await product.deliver(repository, { after: page.items[0]!.commit });
      expect(again.status).toBe(202);
      const deliveries = async () => (await product.api.deliveries(repository.project.id)).items;
      await expect.poll(async () => (await deliveries())[0]?.status).toBe('evaluated');
      const [delivery] = await deliveries();
      expect(delivery?.verdicts.map((verdict) => verdict.reason)).toContain('already_built');
      expect((await product.api.builds(repository.project.id)).items).toHaveLength(1);
    });
  });
}
