import { randomUUID } from 'node:crypto';
import type { AdministeredOrganization, Me, OrganizationDetail, OrganizationUsage, Page } from '@cooperage/contracts';
import { OrganizationAdministration } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, problemOf, Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let administrator: Visitor;
let acme: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  administrator = await world.owner();
  acme = await organizationOf(administrator);
});
afterAll(() => world.close());

/** An organization that the administrator is in no more, with a project. */
const foreign = async () => {
  const slug = `o-${randomUUID().slice(0, 8)}`;
  const { visitor, organizationId } = await world.stranger(administrator, slug);
  return { visitor, organizationId, slug, target: await world.project(visitor, organizationId) };
};
const path = (slug: string) => `/api/v1/organizations/${slug}`;
const installationAudit = async (subject: string) =>
  (
    await rowsOf<{ action: string }>(
      world,
      'SELECT action FROM audit_entry WHERE organization_id IS NULL AND subject_id = $1 ORDER BY number',
      [subject],
    )
  ).map(({ action }) => action);
const statusOf = async (buildId: string) =>
  (await rowsOf<{ status: string }>(world, 'SELECT status FROM build WHERE id = $1', [buildId]))[0]?.status;

describe('R-H4 an administrator of the installation', () => {
  it('lists and sees every organization, by id or short name, and no settings of it', async () => {
    const { organizationId, slug, target } = await foreign();
    const { items } = expectOk(await administrator.get<Page<AdministeredOrganization>>('/api/v1/organizations'));
    expect(items.find((each) => each.slug === slug)).toMatchObject({
      organizationId,
      projects: 1,
      members: 1,
      home: false,
    });
    expect(items.find((each) => each.organizationId === acme)?.home).toBe(true);
    for (const name of [organizationId, slug]) {
      const detail = expectOk(await administrator.get<OrganizationDetail>(path(name)));
      expect(detail.projectList).toMatchObject([{ projectId: target.project.id }]);
      expect(JSON.stringify(detail)).not.toContain('git.example');
    }
  });

  it('suspends it: what runs is told to stop, what waits stays, and it goes on afterwards [A3 organizations]', async () => {
    const { organizationId, slug, target } = await foreign();
    const running = await world.build(target);
    await rowsOf(world, "UPDATE build SET status = 'running', stage = 'builder' WHERE id = $1", [running.id]);
    const waiting = await world.build(target);
    const answer = await administrator.post(`${path(slug)}/suspend`, { comment: 'It mines coins.' });
    expect(expectOk(answer, 201)).toEqual({ canceledBuilds: 1 });
    expect([await statusOf(running.id), await statusOf(waiting.id)]).toEqual(['canceling', 'queued']);
    const seen = expectOk(await administrator.get<OrganizationUsage>(`${path(slug)}/usage`));
    expect(seen).toMatchObject({ suspendedBy: 'Olga Owner', suspendedAt: expect.any(String) });
    expectOk(await administrator.post(`${path(slug)}/resume`), 204);
    expect(expectOk(await administrator.get<OrganizationDetail>(path(slug))).suspendedAt).toBeNull();
    expect(await installationAudit(organizationId)).toEqual([
      ...['organization.create', 'organization.suspend', 'organization.resume'],
    ]);
  });

  it('deletes one project of it, and stops one build, audited in the installation too [A3 organizations]', async () => {
    const { organizationId, visitor, target } = await foreign();
    const build = await world.build(target);
    expectOk(await administrator.post(`/api/v1/builds/${build.id}/cancel`), 200);
    expect(await statusOf(build.id)).toBe('canceled');
    expectOk(await administrator.ask('DELETE', `/api/v1/projects/${target.project.id}`), 204);
    expect((await visitor.get(`/api/v1/projects/${target.project.id}`)).status).toBe(404);
    expect([await installationAudit(build.id), await installationAudit(target.project.id)]).toEqual([
      ['build.cancel'],
      ['project.delete'],
    ]);
    // In its own audit as well: its members see who did it.
    const own = await rowsOf(world, 'SELECT action FROM audit_entry WHERE organization_id = $1', [organizationId]);
    expect(own.map(({ action }) => action)).toEqual(expect.arrayContaining(['build.cancel', 'project.delete']));
  });

  it('deletes it by the road of its projects: members lose it at once, the row goes with the last project [A3 organizations]', async () => {
    const { organizationId, slug, visitor, target } = await foreign();
    expectOk(await administrator.ask('DELETE', path(slug)), 204);
    expect(expectOk(await visitor.get<Me>('/api/v1/me')).organizations).toEqual([]);
    expect((await world.push(target)).status).toBe(401);
    const promised = await rowsOf(world, "SELECT 1 FROM outbox WHERE topic = 'delete-project' AND subject_id = $1", [
      target.project.id,
    ]);
    expect(promised).toHaveLength(1);
    expect(expectOk(await administrator.get<OrganizationDetail>(path(slug))).deletedAt).not.toBeNull();
    const again = { name: slug, slug };
    expect((await administrator.post('/api/v1/organizations', again)).status).toBe(409);
    // What control does in the end.
    await rowsOf(world, 'DELETE FROM project WHERE id = $1', [target.project.id]);
    await new OrganizationAdministration(world.database).removeExpired();
    expect((await administrator.get(path(slug))).status).toBe(404);
    expectOk(await administrator.post('/api/v1/organizations', again), 201);
    expect(await installationAudit(organizationId)).toEqual(['organization.create', 'organization.delete']);
  });

  it('does not delete the home organization, whose results the trusted builders hold', async () => {
    const answer = await administrator.ask('DELETE', path(acme));
    expect([answer.status, problemOf(answer).detail]).toEqual([409, expect.stringContaining('trusted builders')]);
  });

  it('S-066 is nobody else, and no token of one', async () => {
    const { visitor, slug, target, organizationId } = await foreign();
    const { secret } = expectOk(
      await administrator.post<{ secret: string }>('/api/v1/tokens', {
        ...{ organizationId: acme, name: 'ci', scopes: ['write'] },
      }),
      201,
    );
    const token = new Visitor(world.origin, secret);
    const owner = await world.member(administrator, acme, 'owner');
    for (const [who, status] of [
      [visitor, 403],
      [owner, 403],
      [token, 403],
    ] as const) {
      expect((await who.get('/api/v1/organizations')).status).toBe(status);
      expect((await who.get(path(slug))).status).toBe(status);
      expect((await who.ask('DELETE', path(slug))).status).toBe(status);
      expect((await who.post(`${path(slug)}/suspend`, { comment: 'x' })).status).toBe(status);
      expect((await who.ask('PUT', `${path(slug)}/quotas`, {})).status).toBe(status);
    }
    // Somebody else's usage is not there; one's own is.
    expect((await owner.get(`${path(organizationId)}/usage`)).status).toBe(404);
    expectOk(await visitor.get(`${path(organizationId)}/usage`));
    expect((await owner.ask('DELETE', `/api/v1/projects/${target.project.id}`)).status).toBe(404);
  });
});
