import type { Page, Problem, Rule } from '@cooperage/contracts';
import { newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { type Answer, expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
afterAll(() => world.close());

const project = async (slug: string): Promise<TestProject> =>
  world.project(owner, await organizationOf(owner), { slug });
const rulesOf = ({ project: { id } }: TestProject) => `/api/v1/projects/${id}/rules`;
/** Three bytes each, and nothing that a page could show. */
const hidden = '\u200b'.repeat(512);
const large = { includePaths: Array(50).fill(hidden), excludePaths: Array(50).fill(hidden) };
const rule = (name: string) => ({ name, refKind: 'tag' as const, refPattern: 'r*', tags: ['{{tag}}'] });
const problemsOf = (body: unknown) => (body as Problem).errors;

/** A rule from before there was a bound. */
async function storeLarge({ project: { id: projectId } }: TestProject, position: number): Promise<string> {
  const id = newId();
  await world.database.prisma.rule.create({ data: { ...rule(`old ${position}`), ...large, id, projectId, position } });
  return id;
}

describe('the text of rules', () => {
  it('R9-B1 rejects a rule whose patterns and tags are larger than one rule may be', async () => {
    const path = rulesOf(await project('one-rule'));
    const refused = await owner.post(path, { ...rule('large'), ...large });
    expect(refused.status).toBe(400);
    expect(problemsOf(refused.body)).toEqual([
      { path: 'includePaths', message: expect.stringMatching(/153,609 bytes.*16,384/) },
    ]);
    const made = expectOk(await owner.post<Rule>(path, rule('small')), 201);
    const grown = await owner.ask('PATCH', `${path}/${made.id}`, { excludePaths: large.excludePaths });
    expect(grown.status).toBe(400);
    expect(problemsOf(grown.body)).toMatchObject([{ path: 'excludePaths' }]);
  });

  it('R9-B1 rejects a rule when all rules of its project would be too large', async () => {
    const path = rulesOf(await project('all-rules'));
    const full = { includePaths: Array(32).fill('p'.repeat(511)) };
    const statuses: number[] = [];
    let last: unknown;
    for (let n = 0; n < 17; n++) {
      const answer = await owner.post(path, { ...rule(`rule ${n}`), ...full });
      statuses.push(answer.status);
      last = answer.body;
    }
    expect(statuses).toEqual([...Array(16).fill(201), 400]);
    expect(problemsOf(last)).toEqual([{ path: 'includePaths', message: expect.stringMatching(/262,144/) }]);
    const all = expectOk(await owner.get<Page<Rule>>(`${path}?limit=100`));
    expect([all.items.length, all.next]).toEqual([18, null]);
  });

  it('R9-B1 gives large rules of before in pages, and lets them become smaller', async () => {
    const target = await project('rules-of-before');
    const path = rulesOf(target);
    for (const position of [1, 2, 3]) await storeLarge(target, position);
    const names: string[] = [];
    let next: string | null = '';
    do {
      const answer: Answer<Page<Rule>> = await owner.get(`${path}?limit=100${next && `&cursor=${next}`}`);
      const page: Page<Rule> = expectOk(answer);
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(300_000);
      names.push(...page.items.map(({ name }) => name));
      next = page.next;
    } while (next !== null);
    expect(names).toEqual(['branches', 'tags', 'old 1', 'old 2', 'old 3']);
    const id = (await world.database.prisma.rule.findFirstOrThrow({ where: { name: 'old 1' } })).id;
    expectOk(await owner.ask<Rule>('PATCH', `${path}/${id}`, { enabled: false, ...large }));
    expectOk(await owner.ask<Rule>('PATCH', `${path}/${id}`, { includePaths: large.includePaths.slice(1) }));
    expect((await owner.ask('PATCH', `${path}/${id}`, large)).status).toBe(400);
    expectOk(await owner.ask('DELETE', `${path}/${id}`), 204);
  });

  it('R9-B1 gives as many rules as were asked for, in the order in which they are judged', async () => {
    const path = rulesOf(await project('paged-rules'));
    for (const name of ['b', 'a']) expectOk(await owner.post(path, rule(name)), 201);
    const first = expectOk(await owner.get<Page<Rule>>(`${path}?limit=3`));
    const second = expectOk(await owner.get<Page<Rule>>(`${path}?limit=3&cursor=${first.next}`));
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['branches', 'tags', 'b', 'a']);
    expect(second.next).toBeNull();
  });
});
