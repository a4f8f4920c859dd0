import { Product, type Repository } from '@cooperage/e2e';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `# syntax=docker/dockerfile:1
FROM busybox:latest
COPY word.txt /word.txt
RUN cat /word.txt && echo done
`;

describe('a push', () => {
  let product: Product;
  let repository: Repository;
  beforeAll(async () => {
    product = await Product.start();
    repository = await product.repository();
  });
  afterAll(() => product.stop());

  it('becomes a signed image that stock cosign verifies, with its attestation', async () => {
    const { commit } = await product.push(repository, { Dockerfile: dockerfile, 'word.txt': 'hello' });
    const build = await product.finished(repository, commit);
    expect(build).toMatchObject({ status: 'succeeded', number: 1, tags: ['main', 'latest'] });
    expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
    await product.cosign(repository, 'verify', build.digest!);
    await product.cosign(repository, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
  });

  it('of the same commit again builds nothing, and says so', async () => {
    const page = await product.api.builds(repository.project.id);
    const again = await product.deliver(repository, { after: page.items[0]!.commit });
    expect(again.status).toBe(202);
    await expect
      .poll(async () => (await product.api.deliveries(repository.project.id)).items[0]?.status)
      .toBe('evaluated');
    const [delivery] = (await product.api.deliveries(repository.project.id)).items;
    expect(delivery?.verdicts.map((verdict) => verdict.reason)).toContain('already_built');
    expect((await product.api.builds(repository.project.id)).items).toHaveLength(1);
  });
});
