import { randomUUID } from 'node:crypto';
import type { CreatedToken } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
});
afterAll(() => world.close());

describe('R5-A6 changes by one person', () => {
  it('are 300 in a minute with all tokens of an organization; those of others and reads go on', async () => {
    const admin = await world.member(owner, acme, 'admin');
    const { project } = await world.project(owner, acme);
    const path = `/api/v1/projects/${project.id}`;
    const tokens = await Promise.all(
      ['ci', 'deploy'].map(async (name) => {
        const body = { organizationId: acme, name, scopes: ['write'] };
        return new Visitor(world.origin, expectOk(await admin.post<CreatedToken>('/api/v1/tokens', body), 201).secret);
      }),
    );
    const change = (by: Visitor) => by.ask('PATCH', path, { description: randomUUID() });
    const first = await change(tokens[0]!);
    expect([first.status, first.headers.get('ratelimit')]).toEqual([200, expect.stringContaining('r=299;')]);
    // A window is a minute: what does not fit into the first one is refused until it ends.
    const statuses = new Map<number, number>();
    await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        for (let turn = 0; turn < 62 && !statuses.has(429); turn++) {
          const { status } = await change(tokens[at % 2]!);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    const refused = await change(tokens[0]!);
    expect([refused.status, problemOf(refused)]).toEqual([
      429,
      expect.objectContaining({ code: 'rate_limited', detail: expect.stringContaining('300 changes in a minute') }),
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect([...statuses.keys()].toSorted()).toEqual([200, 429]);
    const [{ count }] = (await rowsOf<{ count: number }>(
      world,
      "SELECT count(*)::int AS count FROM audit_entry WHERE actor_kind = 'token'",
    )) as [{ count: number }];
    expect(count).toBe(300);
    expect((await tokens[0]!.get(path)).status).toBe(200);
    expect([(await change(admin)).status, (await change(owner)).status]).toEqual([200, 200]);
  });

  it('R10-B2 are 30 in a minute of tags by hand, and others go on', async () => {
    const developer = await world.member(owner, acme, 'developer');
    const { project } = await world.project(owner, acme);
    const path = `/api/v1/projects/${project.id}`;
    const target = { tag: 'prod', digest: `sha256:${'a'.repeat(64)}` };
    const retag = () => developer.post(`${path}/tags`, target);
    // A window of a minute may end between two of them: 62 are too many for two.
    const answers = await Promise.all(Array.from({ length: 62 }, retag));
    expect([...new Set(answers.map(({ status }) => status))].toSorted()).toEqual([404, 429]);
    expect(answers.filter(({ status }) => status === 404).length).toBeLessThanOrEqual(60);
    expect((await owner.post(`${path}/tags`, target)).status).toBe(404);
  });
});
