import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Product } from '@cooperage/e2e';
import { type FreshDatabase, freshDatabase, services, type TestServices } from '@cooperage/testing';
import { BuildWatch } from './build-watch.js';
import { Rows } from './rows.js';

/** The whole product as real processes, with the services that both sides of a benchmark use. */
export class World {
  private constructor(
    readonly product: Product,
    readonly services: TestServices,
    readonly watch: BuildWatch,
    readonly rows: Rows,
    /** For files of the peers: keys, settings, work trees. */
    readonly folder: string,
    private readonly database: FreshDatabase,
  ) {}

  static async open(): Promise<World> {
    const found = services();
    const database = await freshDatabase();
    // The product's own lines run through proxies that a test can cut; a benchmark measures the product without them.
    const env = { DATABASE_URL: database.url, COOPERAGE_REGISTRY: found.registry.host };
    const product = await Product.start({ env });
    const watch = await BuildWatch.open(database.url);
    const folder = await mkdtemp(path.join(tmpdir(), 'cooperage-bench-'));
    return new World(product, found, watch, new Rows(database.url), folder, database);
  }

  async close(): Promise<void> {
    await Promise.all([this.watch.close(), this.rows.close()]);
    await this.product.stop();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
