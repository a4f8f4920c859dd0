import { Database } from '@cooperage/db';
import { ApiClient, type Product, type Repository, until } from '@cooperage/e2e';

export interface Pushed {
  readonly repository: Repository;
  readonly commit: string;
}

/** An organization, and one person who may only read in it. */
export interface Tenant {
  readonly organizationId: string;
  readonly reader: ApiClient;
}

/** So many at a time: what is prepared is not what is measured. */
const atOnce = 8;

/** Organizations, each with a person of its own: a limit per person is then the limit of one of them. */
export async function openTenants(product: Product, count: number): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (let number = 0; number < count; number++) tenants.push(await openTenant(product, `load-${number}`));
  return tenants;
}

async function openTenant({ api, origin }: Product, slug: string): Promise<Tenant> {
  const organization = { slug, name: slug };
  const { organizationId } = await api.json<{ organizationId: string }>('POST', '/api/v1/organizations', organization);
  const [email, password] = [`reader@${slug}.test`, 'a password of nobody'];
  const { url } = await api.json<{ url: string }>('POST', `/api/v1/organizations/${organizationId}/invitations`, {
    email,
    role: 'viewer',
  });
  const secret = new URL(url).hash.slice(1);
  await api.json('POST', '/api/v1/invitations/accept', { secret, name: slug, password });
  const reader = new ApiClient(origin);
  await reader.signIn(email, password);
  return { organizationId, reader };
}

/** Projects of these tenants by turns, with one small commit each; nothing is built yet. */
export async function prepare(product: Product, tenants: readonly Tenant[], projects: number): Promise<Pushed[]> {
  const numbers = Array.from({ length: projects }, (_, number) => number);
  const pushed: Pushed[] = [];
  const one = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const { organizationId } = tenants[number % tenants.length]!;
      const repository = await product.repository({ organizationId });
      const commit = await repository.git.commit({ Dockerfile: `FROM busybox:latest\nLABEL number=${number}\n` });
      pushed.push({ repository, commit });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return pushed;
}

/** What a forge does: all of them at one moment. @returns those that were refused for now */
export async function deliverAll(product: Product, pushes: readonly Pushed[]): Promise<Pushed[]> {
  const answers = await Promise.all(
    pushes.map(async ({ repository, commit }) => {
      const answer = await product.deliver(repository, { after: commit });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  return pushes.filter((_, index) => answers[index] !== 202);
}

/** Rows of the installation, read beside the product. */
export class Rows {
  private readonly database: Database;

  constructor(url: string) {
    this.database = new Database({ url, poolSize: 2, applicationName: 'test', statementTimeoutMs: 20_000 });
  }

  /**
   * Resolves when every delivery is evaluated and every build has ended. How long all of them take depends on the machine.
   * @param idleMs how long none of them may end, milliseconds
   */
  async settled(idleMs: number): Promise<void> {
    const fewerThan = async (before: number) => {
      const open = await this.open();
      return open < before ? open : null;
    };
    let open = await this.open();
    while (open > 0) open = await until('another delivery or build is over', () => fewerThan(open), idleMs);
  }

  async open(): Promise<number> {
    const [row] = await this.ask<{ open: number }>(`
      SELECT (SELECT count(*) FROM delivery WHERE status IN ('received', 'evaluating'))::int
        + (SELECT count(*) FROM build WHERE finished_at IS NULL)::int AS open`);
    return row!.open;
  }

  /** What contradicts the invariants I1, I2 and I4, whatever happened to processes; empty where they hold. */
  async contradictions(accepted: number): Promise<unknown[]> {
    const [stored] = await this.ask<{ deliveries: number }>('SELECT count(*)::int AS deliveries FROM delivery');
    return [
      ...(stored!.deliveries === accepted ? [] : [{ accepted, stored: stored!.deliveries }]),
      ...(await this.ask("SELECT id::text, status FROM delivery WHERE status <> 'evaluated' LIMIT 20")),
      ...(await this.ask(`SELECT delivery_id::text AS "evaluatedTwice", rule_id::text FROM verdict
        GROUP BY delivery_id, rule_id HAVING count(*) > 1 LIMIT 20`)),
      ...(await this.ask(`SELECT build_id::text AS "endedTwice" FROM build_event
        WHERE to_status IN ('succeeded', 'failed', 'canceled', 'timed_out') AND from_status <> to_status
        GROUP BY build_id HAVING count(*) > 1 LIMIT 20`)),
      ...(await this.ask(`SELECT project_id::text AS "movedBack", tag FROM (
          SELECT m.project_id, m.tag, b.sequence, lag(b.sequence) OVER (PARTITION BY m.project_id, m.tag ORDER BY m.id) AS before
          FROM tag_move m JOIN build b ON b.id = m.build_id
        ) moves WHERE sequence < before LIMIT 20`)),
    ];
  }

  /** Builds that did not succeed, and projects without an image. */
  async unbuilt(): Promise<unknown[]> {
    return [
      ...(await this.ask("SELECT id::text, status, failure FROM build WHERE status <> 'succeeded' LIMIT 20")),
      ...(await this.ask(`SELECT id::text AS "withoutImage" FROM project p
        WHERE NOT EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = p.id AND t.tag = 'main') LIMIT 20`)),
    ];
  }

  /** What the tag of the main branch shows, by project. */
  async heads(): Promise<{ projectId: string; commit: string }[]> {
    return this.ask(`SELECT t.project_id::text AS "projectId", b.commit FROM image_tag t
      JOIN build b ON b.id = t.build_id WHERE t.tag = 'main'`);
  }

  /** How many deliveries there are that none of these messages brought. */
  async deliveriesOfOthers(keys: readonly string[]): Promise<number> {
    const stored = await this.ask<{ key: string }>('SELECT delivery_key AS key FROM delivery');
    const known = new Set(keys);
    return stored.filter(({ key }) => !known.has(key)).length;
  }

  /** Of each organization that has one, its first build that a builder has begun. */
  async firstBuilds(): Promise<{ organizationId: string; id: string }[]> {
    return this.ask(`SELECT DISTINCT ON (organization_id) organization_id::text AS "organizationId", id::text
      FROM build b WHERE EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.number = 1) ORDER BY organization_id, id`);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private ask<Row>(sql: string): Promise<Row[]> {
    return this.database.prisma.$queryRawUnsafe<Row[]>(sql);
  }
}
