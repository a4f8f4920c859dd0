import { newId } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { problemOf, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
});
afterAll(() => world.close());

describe('a rotation of the signing key', () => {
  it('R10-B1 is refused beside twenty keys that count, and says what to do', async () => {
    const { project } = await world.project(owner, await organizationOf(owner));
    const key = { projectId: project.id, publicKeyPem: 'a key', hint: 'a hint', createdAt: new Date('2026-01-01') };
    const states = [...Array.from({ length: 19 }, () => 'verify_only'), 'signing'];
    await world.database.prisma.signingKey.createMany({
      data: states.map((state) => ({ ...key, state, id: newId() })),
    });
    const path = `/api/v1/projects/${project.id}/keys/rotate`;
    const answer = await owner.post(path, { verifyUntil: null });
    expect(answer.status).toBe(409);
    expect(problemOf(answer).detail).toContain('20 is the most: revoke old ones first');
    expect(await world.database.prisma.trustRequest.count({ where: { projectId: project.id } })).toBe(0);
  });
});
