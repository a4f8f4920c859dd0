import { LogViewer, Product, until } from '@cooperage/e2e';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deliverAll, openTenants, type Pushed, prepare, Rows, type Tenant } from '../load/installation.js';

const organizations = 10;
const projects = 200;
const burst = 1_000;
/** One person may have fifty pages open. */
const viewersOfOne = 50;
const minute = 60_000;

describe('a crowd of tenants', () => {
  let product: Product;
  let rows: Rows;
  let tenants: Tenant[];
  let pushes: Pushed[];
  let accepted = 0;
  beforeAll(async () => {
    product = await Product.start({ direct: true });
    rows = new Rows(product.databaseUrl);
    tenants = await openTenants(product, organizations);
    pushes = await prepare(product, tenants, projects);
  }, 5 * minute);
  afterAll(async () => {
    await rows.close();
    await product.stop();
  });
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') process.stderr.write(`${(await product.logs()).slice(-20_000)}\n`);
  });

  /** As a forge does it: what was not taken for now is sent again, until all have been. */
  async function deliver(deliveries: readonly Pushed[]): Promise<void> {
    const refused = await deliverAll(product, deliveries);
    accepted += deliveries.length - refused.length;
    if (refused.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deliver(refused);
  }

  it(
    'R-W1 every project is pushed at one moment, bursts of deliveries follow, people watch: all is built, nothing is stuck [A3 many tenants]',
    async () => {
      await deliver(pushes);
      const watched = await until('each organization has a build', async () => {
        const builds = await rows.firstBuilds();
        return builds.length === tenants.length ? builds : null;
      });
      const viewers = watched.flatMap(({ organizationId, id }) => {
        const { reader } = tenants.find((tenant) => tenant.organizationId === organizationId)!;
        const view = () => new LogViewer(product.origin, reader.cookies, { buildId: id, attempt: 1 });
        return Array.from({ length: viewersOfOne }, view);
      });
      try {
        for (let at = 0; at < viewers.length; at += 25)
          await Promise.all(viewers.slice(at, at + 25).map((viewer) => viewer.connect()));
        const repeated = Array.from({ length: burst }, (_, number) => pushes[number % pushes.length]!);
        await deliver(repeated);
        // One project's deliveries alone, as a forge sends them after an outage.
        await deliver(Array.from({ length: burst }, () => pushes[0]!));
        await rows.settled(5 * minute);
        await until('every viewer has seen a whole log', async () => viewers.every(({ isComplete }) => isComplete));
      } finally {
        for (const viewer of viewers) viewer.cut();
      }
      expect(await rows.contradictions(accepted)).toEqual([]);
      expect(await rows.unbuilt()).toEqual([]);
      expect(accepted).toBeGreaterThanOrEqual(projects + 2 * burst);
      for (const role of ['control', 'builder'] as const) {
        const ready = await fetch(`${product.addressOf(role)}/readyz`);
        expect([role, ready.status, await ready.json()]).toEqual([role, 200, { status: 'ready', degraded: [] }]);
        const metrics = await (await fetch(`${product.addressOf(role)}/metrics`)).text();
        const repairs = metrics.split('\n').filter((line) => line.startsWith('cooperage_loop_repairs_total{'));
        expect([role, repairs]).toEqual([role, []]);
      }
    },
    20 * minute,
  );
});
