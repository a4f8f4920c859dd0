import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  HookSecretRepository,
  newId,
  ProjectRepository,
  ProjectSecretRepository,
  SigningRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';

const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;
const sealed = Buffer.alloc(100);

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R7-B7 keys and secrets of a project change while a builder holds rows that refer to it', async () => {
  const organizationId = await world.organization();
  const projectId = await world.project(organizationId);
  const place = { projectId, organizationId };
  const request = async (action: string, keyId: string) =>
    (await world.db.prisma.trustRequest.create({
      data: { id: newId(), projectId, action, keyId, askedBy: 'ada' },
    })) as TrustRequestRecord;
  const key = (hint: string) => ({ publicKeyPem: `pem of ${hint}`, hint, sealed });
  const signing = new SigningRepository(world.db);
  const trust = new TrustRequestRepository(world.db);
  const secrets = new ProjectSecretRepository(world.db);
  const held = `INSERT INTO context_manifest (project_id, digest, entries, payload) VALUES ('${projectId}', 'd', 1, '')`;
  await world.whileHeld(held, async () => {
    const first = await signing.addFirstKey(projectId, key('first'));
    expect(await trust.rotate(await request('rotate', first!.id), key('second'))).toEqual({ ok: true });
    expect(await trust.revoke(await request('revoke', first!.id))).toEqual({ ok: true });
    expect(await secrets.put(place, 'TOKEN', sealed, actor)).toMatchObject({ ok: true });
    const credential = { host: 'registry.example', username: 'ada', sealed };
    expect(await secrets.putCredential(place, credential, actor)).toMatchObject({ ok: true });
    const hook = { id: newId(), sealed, prefix: 'p' };
    expect(await new HookSecretRepository(world.db).add(place, hook, actor)).toMatchObject({ id: hook.id });
    expect(await new ProjectRepository(world.db).setGitCredentials(projectId, null, actor)).not.toBe('gone');
  });
});
