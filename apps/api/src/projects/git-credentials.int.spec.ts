import type { AuditEntry, ChangedProject, Page, Project } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

describe('the credentials of a git host', () => {
  let world: ApiWorld;
  let owner: Visitor;
  let acme: string;
  beforeAll(async () => {
    world = await ApiWorld.open();
    owner = await world.owner();
    acme = await organizationOf(owner);
  });
  afterAll(() => world.close());

  async function projectWithCredentials() {
    const { project } = await world.project(owner, acme);
    const path = `/api/v1/projects/${project.id}`;
    const credentials = { kind: 'basic', username: 'robot', password: 'a token of the host' };
    expectOk(await owner.ask('PUT', `${path}/git-credentials`, credentials), 204);
    return { id: project.id, path };
  }
  const change = async (path: string, remoteUrl: string) =>
    expectOk(await owner.ask<ChangedProject>('PATCH', path, { remoteUrl }));
  const stored = (id: string) =>
    rowsOf(
      world,
      'SELECT git_credentials IS NULL AS gone, git_credentials_origin AS origin FROM project WHERE id = $1',
      [id],
    );

  it('R-H9 go when the clone address gets another host, which the answer and the audit say', async () => {
    const { id, path } = await projectWithCredentials();
    const changed = await change(path, 'https://evil.example/hello.git');
    expect(changed).toMatchObject({ gitCredentialsRemoved: true, hasGitCredentials: false });
    expect(await stored(id)).toEqual([{ gone: true, origin: null }]);
    const audit = `/api/v1/organizations/${acme}/audit?subject=${id}`;
    const { items } = expectOk(await owner.get<Page<AuditEntry>>(audit));
    expect(items[0]).toMatchObject({
      action: 'project.change',
      before: { gitCredentialsOrigin: 'https://git.example:443' },
      after: { gitCredentialsOrigin: null },
    });
    // The way back does not bring them back.
    await change(path, 'https://git.example/hello.git');
    expect(expectOk(await owner.get<Project>(path)).hasGitCredentials).toBe(false);
  });

  it.each(['https://git.example:8443/hello.git', 'ssh://git@git.example/hello.git', 'git@git.example:hello.git'])(
    'R-H9 go with a change to %s, which is another origin',
    async (remoteUrl) => {
      const { path } = await projectWithCredentials();
      expect(await change(path, remoteUrl)).toMatchObject({ gitCredentialsRemoved: true, hasGitCredentials: false });
    },
  );

  it('R-H9 stay when the clone address changes at the same host', async () => {
    const { id, path } = await projectWithCredentials();
    const changed = await change(path, 'https://git.example:443/renamed.git');
    expect(changed).toMatchObject({ gitCredentialsRemoved: false, hasGitCredentials: true });
    expect(await stored(id)).toEqual([{ gone: false, origin: 'https://git.example:443' }]);
  });
});
