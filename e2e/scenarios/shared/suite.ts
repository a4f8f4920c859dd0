import { type Installation, Product, type ProductOptions } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** An installation for scenarios that run on any: one with the launcher's processes, and the one that Compose starts. */
export interface Suite<P extends Installation = Installation> {
  readonly product: P;
}

/** The product as processes, for the scenarios of one file. What it wrote is shown where one fails. */
export function processes(options: ProductOptions = {}): Suite<Product> {
  let product: Product;
  beforeAll(async () => {
    product = await Product.start(options);
  });
  afterAll(() => product?.stop());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${await product.logs()}\n`);
  });
  return {
    get product() {
      return product;
    },
  };
}
