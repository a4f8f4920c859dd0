import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import {
  newId,
  SignatureRepository,
  SigningRepository,
  TrustRepository,
  type TrustRequestRecord,
  TrustRequestRepository,
} from '../index.js';

const dayMs = 86_400_000;

describe('the number of keys of a project', () => {
  let world: World;
  let requests: TrustRequestRepository;
  let trust: TrustRepository;
  let signatures: SignatureRepository;

  beforeAll(async () => {
    world = await World.open();
    requests = new TrustRequestRepository(world.db);
    trust = new TrustRepository(world.db);
    signatures = new SignatureRepository(world.db);
  });
  afterAll(() => world.close());
  afterEach(() => world.reset());

  type NewKey = { state: string; createdAt?: Date; verifyUntil?: Date };
  /** The last is the newest. */
  const projectWith = async (keys: NewKey[]) => {
    const projectId = await world.project();
    const made = keys.map((key) => ({ ...key, id: newId(), projectId }));
    await world.db.prisma.signingKey.createMany({
      data: made.map((key) => ({ ...key, publicKeyPem: `pem ${key.id}`, hint: key.id, sealed: Buffer.from('x') })),
    });
    return { projectId, ids: made.map(({ id }) => id) };
  };
  const old = (count: number, key: Omit<NewKey, 'createdAt'>) =>
    Array.from({ length: count }, () => ({ ...key, createdAt: new Date(Date.now() - 2 * dayMs) }));
  const newKey = { publicKeyPem: 'pem', hint: 'hint', sealed: Buffer.from('x') };
  const ask = async (projectId: string, action: 'rotate' | 'revoke', keyId: string) =>
    (await world.db.prisma.trustRequest.create({
      data: { projectId, action, keyId, id: newId(), askedBy: 'ada' },
    })) as TrustRequestRecord;
  const rotated = async (projectId: string, keyId: string) =>
    requests.rotate(await ask(projectId, 'rotate', keyId), newKey);

  it('R10-B1 is at most twenty of those that count: then a rotation waits for a revocation', async () => {
    const ended = { state: 'verify_only', verifyUntil: new Date(Date.now() - dayMs) };
    const keys = [...old(30, ended), ...old(19, { state: 'verify_only' }), ...old(1, { state: 'signing' })];
    const { projectId, ids } = await projectWith(keys);
    const note = 'The project has 20 keys whose signatures count, and 20 is the most: revoke old ones first.';
    expect(await trust.rotationProblem(projectId)).toBe(note);
    expect(await rotated(projectId, ids.at(-1)!)).toEqual({ ok: false, note });
    expect((await new SigningRepository(world.db).signingKey(projectId))?.id).toBe(ids.at(-1));

    expect(await requests.revoke(await ask(projectId, 'revoke', ids[30]!))).toEqual({ ok: true });
    expect(await trust.rotationProblem(projectId)).toBeNull();
    expect(await rotated(projectId, ids.at(-1)!)).toEqual({ ok: true });
  });

  it('R10-B1 grows by at most ten in a day', async () => {
    const today = Array.from({ length: 9 }, () => ({ state: 'revoked' }));
    const { projectId, ids } = await projectWith([...today, ...old(1, { state: 'signing' })]);
    expect(await rotated(projectId, ids.at(-1)!)).toEqual({ ok: true });
    const signing = await new SigningRepository(world.db).signingKey(projectId);
    expect(await rotated(projectId, signing!.id)).toMatchObject({
      ok: false,
      note: expect.stringContaining('10 keys'),
    });
  });

  it('R10-B1 may be larger from before: the newest fifty of both kinds are read, and any can be revoked', async () => {
    const { projectId, ids } = await projectWith([
      ...old(60, { state: 'revoked' }),
      ...old(60, { state: 'verify_only' }),
      ...old(1, { state: 'signing' }),
    ]);
    const [former, trusted] = [ids.slice(10, 60).toReversed(), ids.slice(-50).toReversed()];
    const read = await signatures.verifyingKeys(projectId);
    expect(read.trusted.map(({ id }) => id)).toEqual(trusted);
    expect(read.former).toEqual(former.map((id) => `pem ${id}`));
    expect((await signatures.keys(projectId)).map(({ id }) => id)).toEqual([...trusted, ...former]);

    const oldest = ids[60]!;
    expect(await requests.revoke(await ask(projectId, 'revoke', oldest))).toEqual({ ok: true });
    expect((await trust.key(projectId, oldest))?.state).toBe('revoked');
  });
});
