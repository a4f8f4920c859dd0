import { Product, type Repository } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { publishUnderKills } from '../shared/publish-under-kills.js';

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

  it('killed at each of its writes to the registry, before and after it, still publishes once', async () => {
    await publishUnderKills(product, repository, (writes) =>
      [...writes.keys()].flatMap((number) => [
        { number, moment: 'before' } as const,
        { number, moment: 'after' } as const,
      ]),
    );
  });
});
