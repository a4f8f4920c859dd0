import { randomUUID } from 'node:crypto';
import type { Me } from '@cooperage/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';

const worlds: ApiWorld[] = [];
const open = async (variables: Record<string, string> = {}) => {
  const world = await ApiWorld.open({ variables });
  worlds.push(world);
  const owner = await world.owner();
  const viewer = await world.member(owner, await organizationOf(owner), 'viewer');
  return { world, owner, viewer };
};
afterAll(() => Promise.all(worlds.map((world) => world.close())));

const create = (visitor: Visitor) => {
  const slug = `o-${randomUUID().slice(0, 8)}`;
  return visitor.post<{ organizationId: string }>('/api/v1/organizations', { name: slug, slug });
};
const mayCreate = async (visitor: Visitor) => expectOk(await visitor.get<Me>('/api/v1/me')).mayCreateOrganizations;

describe('R-H4 organizations', () => {
  it('are made by administrators alone where the operator says nothing, and others are told whom to ask', async () => {
    const { world, owner, viewer } = await open();
    const refused = await create(viewer);
    expect(refused.status).toBe(403);
    expect(problemOf(refused)).toMatchObject({
      code: 'forbidden',
      detail: 'Here administrators of the installation make organizations. Ask Olga Owner (owner@acme.example).',
    });
    expect([await mayCreate(viewer), await mayCreate(owner)]).toEqual([false, true]);
    const { organizationId } = expectOk(await create(owner), 201);
    const entries = await rowsOf(
      world,
      `SELECT organization_id FROM audit_entry WHERE subject_id = '${organizationId}' ORDER BY 1 NULLS LAST`,
    );
    // In its own audit, and in that of the installation.
    expect(entries).toEqual([{ organization_id: organizationId }, { organization_id: null }]);
  });

  it('are made by everybody who is signed in where the operator says so', async () => {
    const { viewer } = await open({ COOPERAGE_ORGANIZATION_CREATION: 'everybody' });
    expect(await mayCreate(viewer)).toBe(true);
    expectOk(await create(viewer), 201);
  });

  it('R5-A10 have no id of another as their short name', async () => {
    const { owner } = await open();
    const slug = await organizationOf(owner);
    const refused = await owner.post('/api/v1/organizations', { name: 'Mallory', slug });
    expect([refused.status, problemOf(refused).errors]).toEqual([400, [{ path: 'slug', message: expect.any(String) }]]);
  });

  it('take the trusted pool from nobody: the first one keeps it, whatever is made after it', async () => {
    const { world, owner } = await open();
    expectOk(await create(owner), 201);
    expect(await rowsOf(world, 'SELECT home_organization_id FROM installation')).toEqual([
      { home_organization_id: await organizationOf(owner) },
    ]);
  });
});
