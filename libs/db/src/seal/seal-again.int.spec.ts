import { randomBytes } from 'node:crypto';
import { isSealedByFirst, type MasterKeys, masterKey, openBox, sealBox, sealedSubject } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { entrustedBoxes, newId, SealedBoxRepository, sealAgain, signingBoxes } from '../index.js';

const key = () => masterKey(randomBytes(32));
const [before, after, stranger] = [key(), key(), key()];
const all = [...entrustedBoxes, ...signingBoxes];

describe('S-060 the rotation of a master key', () => {
  let world: World;
  let boxes: SealedBoxRepository;
  beforeAll(async () => {
    world = await World.open();
    boxes = new SealedBoxRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const sealed = (keys: MasterKeys, text: string, subject: string) =>
    Buffer.from(sealBox(keys, Buffer.from(text), subject));

  /** One of everything that is sealed, of one project. */
  async function everything(keys: MasterKeys): Promise<string> {
    const projectId = await world.project();
    const { prisma } = world.db;
    const data = (subject: string, text = 'value') => ({ projectId, sealed: sealed(keys, text, subject) });
    const hookId = newId();
    const host = 'r.example:5000';
    await prisma.projectSecret.create({
      data: { id: newId(), name: 'TOKEN', ...data(sealedSubject.projectSecret(projectId, 'TOKEN')) },
    });
    await prisma.registryCredential.create({
      data: { id: newId(), host, username: 'u', ...data(sealedSubject.registryCredential(projectId, host)) },
    });
    await prisma.hookSecret.create({
      data: { id: hookId, prefix: 'whsec', ...data(sealedSubject.hookSecret(hookId)) },
    });
    await prisma.signingKey.create({
      data: { id: newId(), state: 'signing', ...data(sealedSubject.signingKey(projectId)) },
    });
    await prisma.signingKey.create({ data: { id: newId(), state: 'creating', projectId } });
    await prisma.project.update({
      where: { id: projectId },
      data: {
        gitCredentials: sealed(keys, 'value', sealedSubject.gitCredentials(projectId, 'https://git.example:443')),
        gitCredentialsOrigin: 'https://git.example:443',
      },
    });
    return projectId;
  }
  const values = async (keys: MasterKeys): Promise<string[]> => {
    const found = await Promise.all(all.map((place) => boxes.notSealedBy(stranger, place)));
    return found.flat().map(({ sealed, subject }) => Buffer.from(openBox(keys, sealed, subject)).toString());
  };

  it('seals everything with the new key, after which the old one may be destroyed', async () => {
    await everything([before]);
    expect(await sealAgain(boxes, [after, before], entrustedBoxes)).toEqual({ sealedAgain: 4, lost: 0 });
    expect(await sealAgain(boxes, [after, before], signingBoxes)).toEqual({ sealedAgain: 1, lost: 0 });
    expect(await values([after])).toEqual(Array.from({ length: 5 }, () => 'value'));
    await expect(values([before])).rejects.toThrow('not configured');
    // A second time there is nothing to do.
    expect(await sealAgain(boxes, [after], all)).toEqual({ sealedAgain: 0, lost: 0 });
  });

  it('counts what nobody can read any more, and leaves it as it is', async () => {
    await everything([stranger]);
    expect(await sealAgain(boxes, [after, before], all)).toEqual({ sealedAgain: 0, lost: 5 });
    const [first] = await boxes.notSealedBy(after, 'project_secret');
    expect(isSealedByFirst([stranger], first!.sealed)).toBe(true);
  });

  it('writes over nothing that was changed in the meantime', async () => {
    await everything([before]);
    const [found] = await boxes.notSealedBy(after, 'project_secret');
    const newer = sealed([before], 'newer', found!.subject);
    await world.db.prisma.projectSecret.updateMany({ data: { sealed: newer } });
    expect(await boxes.replace(found!, sealed([after], 'value', found!.subject))).toBe(false);
    await sealAgain(boxes, [after, before], all);
    expect(await values([after])).toContain('newer');
  });
});
