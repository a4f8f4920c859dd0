import { readFileSync } from 'node:fs';
import type { CreatedToken } from '@cooperage/contracts';
import { registryTokenKey, verifyRegistryToken } from '@cooperage/oci';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { pushImage } from '../../spec/published-image.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';

let world: ApiWorld;
let owner: Visitor;
let acme: string;
let hidden: TestProject;
let open: TestProject;
let secret: string;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  acme = await organizationOf(owner);
  hidden = await world.project(owner, acme, { slug: 'hidden' });
  open = await world.project(owner, acme, { slug: 'open', visibility: 'public' });
  secret = await tokenOf(owner, ['registry']);
});
afterAll(() => world.close());

async function tokenOf(visitor: Visitor, scopes: string[]): Promise<string> {
  const body = { organizationId: acme, name: 'docker', scopes };
  return expectOk(await visitor.post<CreatedToken>('/api/v1/tokens', body), 201).secret;
}

const path = '/api/v1/registry/token?service=cooperage-registry';
const basic = (password: string) => ({ authorization: `Basic ${btoa(`anybody:${password}`)}` });
const ask = async (scopes: string[], password?: string) => {
  const query = scopes.map((scope) => `&scope=${encodeURIComponent(scope)}`).join('');
  const answer = await world
    .anonymous()
    .get<{ token: string; expires_in: number }>(path + query, password ? basic(password) : {});
  return expectOk(answer);
};
/** What the registry would let the bearer do. */
const rightsOf = (token: string) => {
  const { registry } = services();
  const { certificate } = registryTokenKey(readFileSync(registry.tokenKeyFile), readFileSync(registry.tokenCertFile));
  const { issuer, service } = registry;
  return verifyRegistryToken(token, { certificate, issuer, service, nowMs: Date.now() }).access.map(
    ({ repository, actions }) => `${repository}:${actions.join()}`,
  );
};

describe('a registry token', () => {
  it('lets everyone pull what is public, and nothing else', async () => {
    const { token, expires_in: seconds } = await ask(['repository:acme/open:pull', 'repository:acme/hidden:pull']);
    expect(rightsOf(token)).toEqual(['acme/open:pull']);
    expect(seconds).toBe(300);
  });

  it('lets members and their tokens pull what is theirs', async () => {
    expect(rightsOf((await ask(['repository:acme/hidden:pull'], secret)).token)).toEqual(['acme/hidden:pull']);
    const viewer = await world.member(owner, acme, 'viewer');
    const pulling = await tokenOf(viewer, ['registry']);
    expect(rightsOf((await ask(['repository:acme/hidden:pull'], pulling)).token)).toEqual(['acme/hidden:pull']);
  });

  it.each([[['read']], [['read', 'write']]])(
    'R-Low-11 gives an API token of scope %j no private image',
    async (scopes) => {
      const other = await tokenOf(owner, scopes);
      const { token } = await ask(['repository:acme/hidden:pull', 'repository:acme/open:pull'], other);
      expect(rightsOf(token)).toEqual(['acme/open:pull']);
    },
  );

  it('S-065 lets another tenant pull nothing of ours, and tells nothing of what there is', async () => {
    const { visitor, organizationId } = await world.stranger(owner);
    const body = { organizationId, name: 'x', scopes: ['registry'] };
    const { secret: foreign } = expectOk(await visitor.post<CreatedToken>('/api/v1/tokens', body), 201);
    expect(rightsOf((await ask(['repository:acme/hidden:pull'], foreign)).token)).toEqual([]);
    expect(rightsOf((await ask(['repository:acme/no-such:pull'], foreign)).token)).toEqual([]);
  });

  it.each([
    'repository:acme/hidden:push',
    'repository:acme/hidden:delete',
    'repository:acme/hidden:*',
    'repository:cache/x/protected/y:pull',
    'repository:staging/x/protected:pull,push',
    'repository:library/debian:pull',
    'registry:catalog:*',
    'repository:acme/hidden/../../x:pull',
    'repository:ACME/hidden:pull',
    'repository:acme/*:pull',
    'repository:*:pull',
    'repository::pull',
    'repository:acme/hidden:pull:push',
  ])('S-107 is never wider than a pull of what may be pulled: %s', async (scope) => {
    expect(rightsOf((await ask([scope], secret)).token)).toEqual([]);
  });

  it('S-107 gives of a mixed wish only the part that is allowed', async () => {
    const scopes = ['repository:acme/hidden:pull,push repository:staging/x:push', 'repository:acme/open:delete,pull'];
    expect(rightsOf((await ask(scopes, secret)).token)).toEqual(['acme/hidden:pull', 'acme/open:pull']);
  });

  it('S-107 is taken by the real registry for that, and refused for more', async () => {
    const { digest } = await pushImage(hidden, 'pulled');
    const { token } = await ask(['repository:acme/hidden:pull,push'], secret);
    const at = `http://${services().registry.host}/v2/acme`;
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.oci.image.manifest.v1+json' };
    expect((await fetch(`${at}/hidden/manifests/${digest}`, { headers })).status).toBe(200);
    expect((await fetch(`${at}/open/manifests/${digest}`, { headers })).status).toBe(401);
    expect((await fetch(`${at}/hidden/blobs/uploads/`, { method: 'POST', headers })).status).toBe(401);
    expect((await fetch(`${at}/hidden/manifests/${digest}`, { method: 'DELETE', headers })).status).toBe(401);
  });

  it('is also given in the other way that clients ask', async () => {
    const form = {
      grant_type: 'password',
      service: 'cooperage-registry',
      client_id: 'x',
      username: 'x',
      password: secret,
      scope: 'repository:acme/hidden:pull',
    };
    const answer = await fetch(world.origin + path.split('?')[0], { method: 'POST', body: new URLSearchParams(form) });
    const body = (await answer.json()) as { access_token: string };
    expect(rightsOf(body.access_token)).toEqual(['acme/hidden:pull']);
    const other = await fetch(world.origin + path.split('?')[0], {
      method: 'POST',
      body: new URLSearchParams({ ...form, grant_type: 'refresh_token' }),
    });
    expect(other.status).toBe(400);
    const fields = 'a&'.repeat(100);
    const many = await fetch(world.origin + path.split('?')[0], {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${fields}${new URLSearchParams(form)}`,
    });
    expect(many.status, 'R18A-2').toBe(400);
  });
});

describe('no registry token', () => {
  it('is given for a wrong password, which is told, so that a sign-in fails', async () => {
    for (const password of ['wrong', `${secret}x`, '', 'a password of a person'])
      expect((await world.anonymous().get(path, basic(password))).status).toBe(401);
    const answer = await world.anonymous().get(path, { authorization: 'Bearer x' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="cooperage"']);
  });

  it('S-080 is given after the API token was revoked, or its maker has left', async () => {
    const email = `leaver-${Date.now()}@acme.example`;
    const leaver = await world.member(owner, acme, 'viewer', email);
    const leaving = await tokenOf(leaver, ['registry']);
    expect((await world.anonymous().get(path, basic(leaving))).status).toBe(200);
    const { id } = expectOk(await leaver.get<{ id: string }>('/api/v1/me'));
    expectOk(await owner.ask('DELETE', `/api/v1/organizations/${acme}/members/${id}`), 204);
    expect((await world.anonymous().get(path, basic(leaving))).status).toBe(401);
  });

  it('is given for another service', async () => {
    expect((await world.anonymous().get('/api/v1/registry/token?service=other')).status).toBe(400);
  });

  it('S-121 lets anyone pull from a project that is deleted', async () => {
    const gone = await world.project(owner, acme, { slug: 'gone', visibility: 'public' });
    expect(rightsOf((await ask(['repository:acme/gone:pull'])).token)).toEqual(['acme/gone:pull']);
    expectOk(await owner.ask('DELETE', `/api/v1/projects/${gone.project.id}`), 204);
    expect(rightsOf((await ask(['repository:acme/gone:pull'], secret)).token)).toEqual([]);
    expect(open.project.visibility).toBe('public');
  });

  it('S-079 is looked for without end', async () => {
    const answers = await Promise.all(Array.from({ length: 150 }, () => world.anonymous().get(path, basic('guess'))));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });
});

describe('R3-N8 a registry token for an API token', () => {
  it('is given whatever else its address sends, once it was right', async () => {
    await ask([], secret);
    const wrong = `coop_${'x'.repeat(43)}`;
    let status = 401;
    for (let at = 0; at < 101 && status === 401; at++)
      status = (await world.anonymous().get(path, basic(wrong))).status;
    expect(status).toBe(429);
    expect(rightsOf((await ask(['repository:acme/hidden:pull'], secret)).token)).toEqual(['acme/hidden:pull']);
  });
});
