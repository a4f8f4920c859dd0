import { Database } from '@cooperage/db';
import { type ApiClient, type Product, type Repository, until } from '@cooperage/e2e';

export interface Pushed {
  readonly repository: Repository;
  readonly commit: string;
}

/** So many at a time: what is prepared is not what is measured. */
const atOnce = 8;

/** Organizations with projects and one small commit each; nothing is built yet. */
export async function prepare(product: Product, organizations: number, projects: number): Promise<Pushed[]> {
  const ids: string[] = [];
  for (let number = 0; number < organizations; number++) ids.push(await organization(product.api, `load-${number}`));
  const numbers = Array.from({ length: projects }, (_, number) => number);
  const pushed: Pushed[] = [];
  const one = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const repository = await product.repository({ organizationId: ids[number % ids.length] });
      const commit = await repository.git.commit({ Dockerfile: `FROM busybox:latest\nLABEL number=${number}\n` });
      pushed.push({ repository, commit });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return pushed;
}

async function organization(api: ApiClient, slug: string): Promise<string> {
  const made = await api.json<{ organizationId: string }>('POST', '/api/v1/organizations', { slug, name: slug });
  return made.organizationId;
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

  /** Resolves when every delivery is evaluated and every build has ended. */
  async settled(timeoutMs: number): Promise<void> {
    await until('all deliveries and builds are over', async () => (await this.open()) === 0, timeoutMs);
  }

  async open(): Promise<number> {
    const [row] = await this.ask<{ open: number }>(`
      SELECT (SELECT count(*) FROM delivery WHERE status IN ('received', 'evaluating'))::int
        + (SELECT count(*) FROM build WHERE finished_at IS NULL)::int AS open`);
    return row!.open;
  }

  /** What contradicts the invariants I1, I2 and I4; empty where they hold. */
  async contradictions(accepted: number): Promise<unknown[]> {
    const [stored] = await this.ask<{ deliveries: number }>('SELECT count(*)::int AS deliveries FROM delivery');
    return [
      ...(stored!.deliveries === accepted ? [] : [{ accepted, stored: stored!.deliveries }]),
      ...(await this.ask("SELECT id::text, status FROM delivery WHERE status <> 'evaluated' LIMIT 20")),
      ...(await this.ask("SELECT id::text, status, failure FROM build WHERE status <> 'succeeded' LIMIT 20")),
      ...(await this.ask(`SELECT id::text AS "withoutImage" FROM project p
        WHERE NOT EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = p.id AND t.tag = 'main') LIMIT 20`)),
      ...(await this.ask(`SELECT build_id::text AS "endedTwice" FROM build_event
        WHERE to_status IN ('succeeded', 'failed', 'canceled', 'timed_out') AND from_status <> to_status
        GROUP BY build_id HAVING count(*) > 1 LIMIT 20`)),
      ...(await this.ask(`SELECT project_id::text AS "movedBack", tag FROM (
          SELECT m.project_id, m.tag, b.sequence, lag(b.sequence) OVER (PARTITION BY m.project_id, m.tag ORDER BY m.id) AS before
          FROM tag_move m JOIN build b ON b.id = m.build_id
        ) moves WHERE sequence < before LIMIT 20`)),
    ];
  }

  async builds(limit: number): Promise<string[]> {
    const rows = await this.ask<{ id: string }>(`SELECT id::text FROM build ORDER BY id LIMIT ${limit}`);
    return rows.map(({ id }) => id);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private ask<Row>(sql: string): Promise<Row[]> {
    return this.database.prisma.$queryRawUnsafe<Row[]>(sql);
  }
}
