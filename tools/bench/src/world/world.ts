import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Product } from '@cooperage/e2e';
import { services, type TestServices } from '@cooperage/testing';
import { BuildWatch } from './build-watch.js';
import { buildxEnvironment } from './buildx.js';
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
    /** Variables for docker-buildx, which builds on the same engine. */
    readonly buildx: Readonly<Record<string, string>>,
  ) {}

  static async open({ web }: { readonly web: boolean }): Promise<World> {
    const product = await Product.start({ direct: true, web });
    const watch = await BuildWatch.open(product.databaseUrl);
    const folder = await mkdtemp(path.join(tmpdir(), 'cooperage-bench-'));
    const buildx = await buildxEnvironment(services(), path.join(folder, 'buildx'));
    return new World(product, services(), watch, new Rows(product.databaseUrl), folder, buildx);
  }

  async close(): Promise<void> {
    await Promise.all([this.watch.close(), this.rows.close()]);
    await this.product.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
