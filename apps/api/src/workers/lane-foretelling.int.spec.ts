import { randomUUID } from 'node:crypto';
import type { Overview, QueueView } from '@cooperage/contracts';
import { type ProcessInfo, ProcessRepository } from '@cooperage/db';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
});
beforeEach(async () => {
  await rowsOf(world, "UPDATE process_instance SET ended_at = now() - interval '2 days', end_reason = 'exited'");
});
afterAll(() => world.close());

const start = (role: 'control' | 'builder', info: ProcessInfo) =>
  new ProcessRepository(world.database).start(role, randomUUID(), info);
const foretold = async () => expectOk(await owner.get<QueueView>('/api/v1/queue')).foretold;
const newOrganization = async () => {
  const slug = `o-${randomUUID().slice(0, 8)}`;
  const body = { name: 'Another', slug };
  return expectOk(
    await owner.post<{ organizationId: string; foretold: QueueView['foretold'] }>('/api/v1/organizations', body),
    201,
  );
};

const attention = async (visitor: Visitor) =>
  expectOk(await visitor.get<Overview>('/api/v1/overview')).attention.filter(
    ({ kind }) => kind === 'untrusted_builder_missing',
  );

describe('R-H4 that other organizations cannot build yet', () => {
  it('is said before: in the queue, in the answer to whoever makes one, and on the overview of administrators', async () => {
    await start('control', { organizationsTrustEachOther: false });
    await world.project(owner, acme);
    expect(await foretold()).toMatchObject({ when: 'next', organizations: 0 });
    expect(await attention(owner)).toEqual([]);
    const made = await newOrganization();
    expect(made.foretold).toMatchObject({
      when: 'next',
      organizations: 1,
      next: expect.stringContaining('./cooperage up --strangers'),
    });
    expect(await attention(owner)).toMatchObject([{ organizations: 1, action: made.foretold?.next }]);
    expect(await attention(await world.member(owner, acme, 'viewer'))).toEqual([]);
    // An organization alone waits for nothing; its first project does.
    await world.project(owner, made.organizationId, { slug: 'theirs' });
    expect(await foretold()).toMatchObject({ when: 'now', says: expect.stringContaining('those of acme go on') });
  });

  it.each<[string, ProcessInfo, ProcessInfo | null]>([
    ['the operator says that they trust each other', { organizationsTrustEachOther: true }, null],
    ['a builder for strangers is there', { organizationsTrustEachOther: false }, { lane: 'strangers', slots: 1 }],
    ['control does not say', {}, null],
  ])('is not said where %s', async (_why, control, builder) => {
    await start('control', control);
    if (builder) await start('builder', builder);
    expect(await foretold()).toBeNull();
    expect((await newOrganization()).foretold).toBeNull();
  });

  it('is said while the builder for strangers cannot build', async () => {
    await start('control', { organizationsTrustEachOther: false });
    await start('builder', { lane: 'strangers', slots: 1, note: 'Its engine does not answer.' });
    expect(await foretold()).toMatchObject({ when: 'now' });
  });
});
