import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import type { Visitor } from '../../spec/visitor.js';

const digest = `sha256:${'1'.repeat(64)}`;
let world: ApiWorld;
let registry: Server;
let owner: Visitor;
let own: TestProject;
let rival: Visitor;
let theirs: TestProject;
/** What the registry was asked and has not answered. */
const asked: { readonly url: string; readonly response: ServerResponse }[] = [];
let stands = false;
const answer = (response: ServerResponse) => response.writeHead(404).end();

/** A registry that does not answer while it stands. */
beforeAll(async () => {
  registry = createServer(({ url = '' }, response) => {
    if (stands) asked.push({ url, response });
    else answer(response);
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  world = await ApiWorld.open({ registryHost: `127.0.0.1:${(registry.address() as AddressInfo).port}` });
  owner = await world.owner();
  own = await world.project(owner, await organizationOf(owner));
  const other = await world.stranger(owner);
  rival = other.visitor;
  theirs = await world.project(rival, other.organizationId);
  await rowsOf(
    world,
    `INSERT INTO image (id, project_id, digest, media_type, size_bytes, platforms)
     VALUES (gen_random_uuid(), $1::uuid, $2, 'application/json', 1, '{}')`,
    [own.project.id, digest],
  );
});
afterAll(async () => {
  registry.closeAllConnections();
  registry.close();
  await world.close();
});

const test =
  (reference: string) =>
  (by: Visitor, { project }: TestProject) =>
    by.get(`/api/v1/projects/${project.id}/policy/test?reference=${encodeURIComponent(reference)}`);
const verify = (by: Visitor, { project }: TestProject) =>
  by.post(`/api/v1/projects/${project.id}/images/${digest}/verify`);

/** Images of a project that are being looked at: who asks gives up by itself, and others follow. */
const underWay = (target: TestProject) => {
  const urls = [digest, 'main'].map((name) => `/v2/${repositoryOf(target.project)}/manifests/${name}`);
  return asked.filter(({ url, response }) => urls.includes(url) && !response.destroyed).length;
};
const repositoryOf = ({ imageRepository }: TestProject['project']) => imageRepository.split('/').slice(1).join('/');
function goOn(): void {
  stands = false;
  for (const { response } of asked.splice(0)) answer(response);
}

describe('R9-A4 verifications under way', () => {
  it.each([
    ['tests of the policy by digest', test(digest)],
    ['tests of the policy by tag', test('main')],
    ['verifications of an image', verify],
  ])('are two of one organization, and leave room for others: %s', async (_what, ask) => {
    stands = true;
    const six = Array.from({ length: 6 }, () => ask(owner, own));
    await expect.poll(() => underWay(own)).toBeGreaterThanOrEqual(2);
    const another = test(digest)(rival, theirs);
    await expect.poll(() => underWay(theirs)).toBe(1);
    await expect.poll(() => underWay(own)).toBe(2);
    goOn();
    await Promise.all([...six, another]);
    expect([(await ask(owner, own)).status, (await test(digest)(rival, theirs)).status]).not.toContain(429);
  });
});
