import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AuditEntry, ChainCheckView, Page } from '@cooperage/contracts';
import { auditHash, chainStart } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { auditedBefore, auditedCalls, type Ground, notAudited } from '../../spec/audited-calls.js';
import { publish, pushImage } from '../../spec/published-image.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';
import { openApiFile } from '../openapi/openapi-file.js';

let world: ApiWorld;
let owner: Visitor;
let organizationId: string;
let ground: Ground;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  organizationId = await organizationOf(owner);
  const target = await world.project(owner, organizationId);
  const { digest } = await pushImage(target, 'one');
  await publish(world, await TestWorker.start(world), await world.build(target), digest);
  ground = { world, owner, organizationId, target, digest };
});
afterAll(() => world.close());

const list = (query = '') => owner.get<Page<AuditEntry>>(`/api/v1/organizations/${organizationId}/audit${query}`);
const check = (path = `organizations/${organizationId}/audit`) => owner.get<ChainCheckView>(`/api/v1/${path}/check`);

describe('every route that changes something', () => {
  const routes = changingRoutes();

  it('is known here, with the entry that it leaves or the reason why it leaves none', () => {
    const known = Object.keys({ ...auditedCalls, ...auditedBefore, ...notAudited });
    expect(routes.filter((route) => !known.includes(route))).toEqual([]);
    expect(known.filter((route) => !routes.includes(route))).toEqual([]);
  });

  it.each(Object.keys(auditedCalls))('%s leaves its entry', async (route) => {
    const { action, prepare } = auditedCalls[route]!;
    const change = await prepare(ground);
    const before = await actions();
    const answer = await change();
    expect(answer.status, answer.text).toBeLessThan(300);
    const written = (await actions()).slice(before.length);
    expect(written).toContain(action);
  });

  it.each(Object.entries(auditedBefore))('%s has left its entry', async (_route, kind) => {
    expect(await rowsOf(world, 'SELECT 1 FROM audit_entry WHERE actor_kind = $1', [kind])).not.toEqual([]);
  });

  it('leaves the chains whole', async () => {
    expect(expectOk(await check())).toMatchObject({ ok: true, broken: null });
    expect(expectOk(await check('audit'))).toMatchObject({ ok: true, broken: null });
  });
});

describe('the audit', () => {
  it('is read in pages, newest first, each entry once', async () => {
    const seen: AuditEntry[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: Page<AuditEntry> = expectOk(await list(`?limit=7${next && `&cursor=${next}`}`));
      seen.push(...page.items);
      next = page.next;
    }
    const numbers = seen.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, at) => numbers.length - at));
    expect(seen.at(-1)).toMatchObject({ number: 1, action: 'organization.create', actor: { kind: 'setup' } });
  });

  it('is filtered by who, what, on what and since when', async () => {
    const { id } = ground.target.project;
    const of = async (query: string) => expectOk(await list(`?limit=100&${query}`)).items;
    expect((await of(`project=${id}`)).every(({ project }) => project?.id === id)).toBe(true);
    const kinds = (await of(`project=${id}`)).map(({ subject }) => subject.kind);
    expect(kinds).toEqual(expect.arrayContaining(['project', 'rule', 'secret', 'hook-secret', 'build', 'image']));
    const rules = await of('action=rule');
    expect(new Set(rules.map(({ action }) => action))).toEqual(new Set(['rule.create', 'rule.change', 'rule.delete']));
    expect((await of('action=rule.delete')).map(({ action }) => action)).toEqual(['rule.delete']);
    const [newest] = await of('');
    expect((await of(`actor=${newest!.actor.id}`)).length).toBeGreaterThan(5);
    expect(await of(`actor=${randomUUID()}`)).toEqual([]);
    expect(await of(`since=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).toEqual([]);
    expect((await of(`since=${encodeURIComponent(newest!.at)}`)).map(({ number }) => number)).toContain(newest!.number);
    expect(await of(`subject=${newest!.subject.id}`)).not.toEqual([]);
  });

  it('names its subjects, and says what was before and after', async () => {
    expectOk(await owner.ask('PATCH', `/api/v1/projects/${ground.target.project.id}`, { name: 'Renamed' }));
    const [entry] = expectOk(await list('?limit=1')).items;
    expect(entry).toMatchObject({
      ...{ action: 'project.change', before: { name: 'A project' }, after: { name: 'Renamed' } },
      ...{ subject: { name: ground.target.project.slug }, actor: { name: 'Olga Owner' }, address: '127.0.0.1' },
    });
  });

  it('S-055 never holds a secret', async () => {
    const answer = await owner.get(`/api/v1/organizations/${organizationId}/audit/lines`);
    for (const secret of ['a-secret-value', 'a password', ground.target.secret])
      expect(answer.text).not.toContain(secret);
  });

  it('is downloaded as JSON lines, from which anybody can check the chain', async () => {
    const answer = await owner.get(`/api/v1/organizations/${organizationId}/audit/lines`);
    expect(answer.headers.get('content-disposition')).toContain('audit.jsonl');
    const entries = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry)
      .reverse();
    let hash = chainStart(organizationId).hash;
    for (const { subject, project, number, ...entry } of entries) {
      const { name: _, ...bare } = subject;
      const content = { ...entry, number: number!, subject: bare, project: project?.id ?? null };
      hash = auditHash(hash, { ...content, chain: organizationId });
      expect(hash).toBe(entry.hash);
    }
    expect(expectOk(await check()).head).toEqual({ number: entries.length, hash });
  });

  it('S-073 S-070 refuses filters that are none', async () => {
    for (const query of ['limit=0', 'limit=101', 'action=%25', 'action=a.b.c', 'since=yesterday', 'project=x', 'or=1'])
      expect((await list(`?${query}`)).status, query).toBe(400);
    const { next } = expectOk(await list('?limit=1'));
    expect((await list(`?limit=1&action=rule&cursor=${next}`)).status).toBe(400);
  });

  it('S-065 S-066 is for owners and admins of the organization, the installation’s for administrators', async () => {
    const developer = await world.member(owner, organizationId, 'developer');
    const admin = await world.member(owner, organizationId, 'admin');
    const { visitor: stranger } = await world.stranger(owner, `x-${randomUUID().slice(0, 8)}`);
    for (const rest of ['', '/lines', '/check']) {
      const path = `/api/v1/organizations/${organizationId}/audit${rest}`;
      expect([(await admin.get(path)).status, (await developer.get(path)).status]).toEqual([200, 403]);
      expect([(await stranger.get(path)).status, (await world.anonymous().get(path)).status]).toEqual([404, 401]);
      expect([
        (await owner.get(`/api/v1/audit${rest}`)).status,
        (await admin.get(`/api/v1/audit${rest}`)).status,
      ]).toEqual([200, 403]);
    }
    expect(problemOf(await developer.get(`/api/v1/organizations/${organizationId}/audit`)).detail).toContain('admin');
  });

  it('S-080 is not read with a token that only reads, and the installation’s with no token', async () => {
    const token = async (scopes: string[]) => {
      const made = await owner.post<{ secret: string }>('/api/v1/tokens', { organizationId, name: 't', scopes });
      return new Visitor(world.origin, expectOk(made, 201).secret);
    };
    const path = `/api/v1/organizations/${organizationId}/audit`;
    expect((await (await token(['read'])).get(path)).status).toBe(403);
    const writer = await token(['write']);
    expect([(await writer.get(path)).status, (await writer.get('/api/v1/audit')).status]).toEqual([200, 403]);
  });
});

describe('S-082 a hundred changes at once', () => {
  it('stand in one chain without a gap', async () => {
    const before = expectOk(await check()).head.number;
    const path = `/api/v1/projects/${ground.target.project.id}`;
    const changes = Array.from({ length: 40 }, (_, at) => owner.ask('PATCH', path, { description: `change ${at}` }));
    for (const answer of await Promise.all(changes)) expectOk(answer);
    expect(expectOk(await check())).toMatchObject({ ok: true, head: { number: before + 40 } });
  });
});

describe('whoever changes the audit in the database', () => {
  const statements = [
    "UPDATE audit_entry SET actor_name = 'Somebody else'",
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
  ];
  it.each(statements)('is refused, the owner of the tables too: %s', async (statement) => {
    await expect(rowsOf(world, statement)).rejects.toThrow('append-only');
  });

  // Without its triggers, as one who may alter the table could do it. Each goes on where the one before has left it.
  const tampering: [string, string, string][] = [
    ['an entry', "UPDATE audit_entry SET after = '{}' WHERE number = 3 AND organization_id = $1", 'changed'],
    [
      'the last entry',
      'DELETE FROM audit_entry WHERE organization_id = $1 AND number = (SELECT number FROM audit_chain WHERE chain = $1)',
      'cut_off',
    ],
    ['an entry in the middle', 'DELETE FROM audit_entry WHERE number = 5 AND organization_id = $1', 'missing'],
    [
      'the order',
      'UPDATE audit_entry SET number = number + 100000 WHERE organization_id = $1 AND number = 2',
      'missing',
    ],
    [
      'what is beside the chain',
      "INSERT INTO audit_entry (id, organization_id, actor_kind, actor_name, action, subject_kind, subject_id) SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', $1, 'person', 'Nobody', 'x', 'x', 'x'",
      'added_outside',
    ],
  ];
  it.each(tampering)('is found out by the check when it is %s', async (_what, statement, reason) => {
    await withoutTriggers([statement.replaceAll('$1', `'${organizationId}'`)]);
    const found = expectOk(await check());
    await restore();
    expect(found).toMatchObject({ ok: false, broken: { reason } });
    expect(expectOk(await check())).toMatchObject({ ok: true, broken: null });
  });

  const withoutTriggers = async (statements: readonly string[]) => {
    await rowsOf(world, 'DROP TABLE IF EXISTS audit_copy');
    await rowsOf(world, 'CREATE TABLE audit_copy AS TABLE audit_entry');
    await rowsOf(world, 'ALTER TABLE audit_entry DISABLE TRIGGER USER');
    for (const statement of statements) await rowsOf(world, statement);
  };
  const restore = async () => {
    await rowsOf(world, 'DELETE FROM audit_entry');
    await rowsOf(world, 'INSERT INTO audit_entry SELECT * FROM audit_copy');
    await rowsOf(world, 'ALTER TABLE audit_entry ENABLE TRIGGER USER');
  };
});

async function actions(): Promise<string[]> {
  const rows = await rowsOf<{ action: string }>(world, 'SELECT action FROM audit_entry ORDER BY id');
  return rows.map(({ action }) => action);
}

function changingRoutes(): string[] {
  const { paths } = JSON.parse(readFileSync(openApiFile, 'utf8')) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => method !== 'get')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}
