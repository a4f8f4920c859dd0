import type { BuildSummary, Page } from '@cooperage/contracts';
import { Product } from '@cooperage/e2e';
import pg from 'pg';
import { type Bench, type Benchmark, type Measured, partOf } from '../benchmark.js';
import { findingOfBlocks } from '../findings.js';
import { demand } from '../measure/inexact.js';
import type { Block } from '../measure/ratio.js';
import { aFinishedBuild, type FinishedBuild } from '../web/finished-build.js';
import { seedBuilds, settleBuilds } from './seed-builds.js';

const builds = 2_000_000;
const projects = 200;
/** Of all builds, how many are older than the page that is asked for. */
const olderShare = 0.05;
const smallBuilds = 1_000;
const requestsOfBlock = 20;
const limit = 50;

export const buildHistory: Benchmark = {
  id: 'P8',
  about: [
    `ours: an installation with ${builds} builds of ${projects} projects, made by SQL; pages of ${limit} builds from 95 % of the depth on`,
    'theirs: page 1 of another installation with 1,000 builds, as real processes of the same commit; and the bare SQL over pg',
    `single requests by turns, ${requestsOfBlock} of a side in a block; the ids of every deep page are those of the bare SQL`,
  ],
  run: measure,
};

/** One installation, and how it is asked. */
interface Side {
  readonly product: Product;
  readonly like: FinishedBuild;
  readonly organizationId: string;
  readonly projectIds: readonly string[];
}

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say } = bench;
  say('starting a second installation');
  const second = await Product.start({ direct: true });
  const pool = new pg.Pool({ connectionString: world.product.databaseUrl, max: 1 });
  try {
    const large = await prepared(world.product, partOf(amount, projects, 4));
    const small = await prepared(second, 4);
    const count = partOf(amount, builds, 4_000);
    const older = Math.round(count * olderShare);
    say(`writing ${count} builds`);
    await seed(small, 0, smallBuilds);
    await seed(large, 0, older);
    const plain = await deepPath(large, '');
    const failed = await deepPath(large, '&status=failed');
    await seed(large, older, count - older);
    await Promise.all([settleBuilds(large.product.databaseUrl), settleBuilds(small.product.databaseUrl)]);
    await checkExact(large, plain, pool);
    const measured = new Map<string, Block[]>();
    const compare = async (id: string, ours: () => Promise<unknown>, theirs: () => Promise<unknown>) => {
      const block = { theirs: await timesOf(theirs), ours: await timesOf(ours) };
      measured.set(id, [...(measured.get(id) ?? []), block]);
    };
    for (let round = 0; round <= amount.pairs; round++) {
      bench.signal.throwIfAborted();
      // The first round warms both sides.
      if (round === 1) measured.clear();
      const [inLarge, inSmall] = [asked(large), asked(small)];
      await compare('P8/deep', inLarge(plain.path), inSmall(plain.first));
      await compare('P8/filter', inLarge(failed.path), inSmall(failed.first));
      await compare('P8/count', inLarge('/api/v1/builds/count'), inSmall('/api/v1/builds/count'));
      await compare('P8/overview', inLarge('/api/v1/overview'), inSmall('/api/v1/overview'));
      await compare('P8/badge', inLarge(badgeOf(large)), inSmall(badgeOf(small)));
      await compare('P8/sql', inLarge(plain.path), () => bareSql(pool, plain));
    }
    return { findings: [...measured].map(([id, blocks]) => findingOfBlocks(id, blocks, 0.99, bench.random)) };
  } finally {
    await pool.end();
    await second.stop();
  }
}

async function prepared(product: Product, count: number): Promise<Side> {
  const like = await aFinishedBuild(product);
  const [, , slug] = like.home.split('/');
  const me = await product.api.json<{ organizations: { organizationId: string }[] }>('GET', '/api/v1/me');
  const { organizationId } = me.organizations[0]!;
  const projectIds: string[] = [];
  for (let at = 0; at < count; at++) {
    const name = `history-${at}`;
    const remoteUrl = product.remoteUrl(`${slug}-${name}.git`);
    const { project } = await product.api.createProject({ organizationId, slug: name, remoteUrl });
    projectIds.push(project.id);
  }
  return { product, like, organizationId, projectIds };
}

function seed({ product, like, projectIds }: Side, from: number, count: number): Promise<void> {
  return seedBuilds({ databaseUrl: product.databaseUrl, likeBuildId: like.buildId, projectIds, from, count });
}

interface DeepPage {
  /** The same list from its beginning. */
  readonly first: string;
  readonly path: string;
  readonly organizationId: string;
  /** The last build before the page. */
  readonly afterId: string;
}

/** Where the second page of the oldest builds begins: newer ones that come later do not move it. */
async function deepPath({ product, organizationId }: Side, more: string): Promise<DeepPage> {
  const first = `/api/v1/builds?limit=${limit}${more}`;
  const page = await product.api.json<Page<BuildSummary>>('GET', first);
  const last = page.items.at(-1);
  demand(page.next !== null && last !== undefined, 'the oldest builds have one page only');
  return { first, path: `${first}&cursor=${encodeURIComponent(page.next)}`, organizationId, afterId: last.id };
}

const sql = `SELECT * FROM build WHERE organization_id = $1 AND id < $2 ORDER BY id DESC LIMIT ${limit + 1}`;

async function bareSql(
  pool: pg.Pool,
  { organizationId, afterId }: DeepPage,
): Promise<readonly { readonly id: string }[]> {
  return (await pool.query<{ id: string }>(sql, [organizationId, afterId])).rows;
}

async function checkExact({ product }: Side, page: DeepPage, pool: pg.Pool): Promise<void> {
  const { items } = await product.api.json<Page<BuildSummary>>('GET', page.path);
  const rows = await bareSql(pool, page);
  const isSame = items.length === limit && items.every(({ id }, at) => id === rows[at]?.id);
  demand(isSame, 'a deep page has other builds than the bare SQL');
}

function badgeOf({ like }: Side): string {
  return `/badge/${like.home.replace(/^\/p\//, '')}.svg`;
}

function asked({ product }: Side): (path: string) => () => Promise<unknown> {
  return (path) => async () => {
    const response = await product.api.send('GET', path);
    const text = await response.text();
    demand(response.status === 200, `${path}: ${response.status} ${text.slice(0, 200)}`);
  };
}

async function timesOf(ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < requestsOfBlock; at++) {
    const begunMs = performance.now();
    await ask();
    times.push(performance.now() - begunMs);
  }
  return times;
}
