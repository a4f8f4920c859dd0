import { randomUUID } from 'node:crypto';
import type { QueueView } from '@cooperage/contracts';
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

describe('that a second organization moves all builds into the lane of strangers', () => {
  it('is said before: in the queue, and in the answer to whoever makes an organization', async () => {
    await start('control', { organizationsTrustEachOther: false });
    await world.project(owner, acme);
    expect(await foretold()).toMatchObject({ when: 'next' });
    const made = await newOrganization();
    expect(made.foretold).toMatchObject({
      when: 'next',
      next: expect.stringContaining('COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true'),
    });
    // An organization alone changes nothing; its first project does.
    expect(await foretold()).toMatchObject({ when: 'next' });
    await world.project(owner, made.organizationId, { slug: 'theirs' });
    expect(await foretold()).toMatchObject({ when: 'now', says: expect.stringContaining('every build waits') });
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
