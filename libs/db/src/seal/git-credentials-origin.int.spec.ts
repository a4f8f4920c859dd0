import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { credentialOrigin, masterKey, openBox, sealBox, sealedSubject } from '@cooperage/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { bindGitCredentials, SealedBoxRepository } from '../index.js';

const keys = [masterKey(randomBytes(32))] as const;
const migration = new URL(
  '../../../../prisma/migrations/20261130215800_git_credentials_origin/migration.sql',
  import.meta.url,
);

describe('git credentials from before they belonged to a host', () => {
  let world: World;
  let boxes: SealedBoxRepository;
  beforeAll(async () => {
    world = await World.open();
    boxes = new SealedBoxRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  async function projectFromBefore(remoteUrl: string): Promise<string> {
    const id = await world.project();
    const sealed = Buffer.from(sealBox(keys, Buffer.from('value'), sealedSubject.unboundGitCredentials(id)));
    await world.db.prisma.project.update({ where: { id }, data: { remoteUrl, gitCredentials: sealed } });
    return id;
  }
  const migrate = () => {
    const sql = readFileSync(migration, 'utf8');
    return world.db.prisma.$executeRawUnsafe(sql.slice(sql.indexOf('UPDATE')));
  };
  const row = (id: string) => world.db.prisma.project.findUniqueOrThrow({ where: { id } });

  it.each([
    'https://git.example/a/b.git',
    'https://git.example:8443/a',
    'https://[2001:db8::1]/a',
    'https://[2001:db8::1]:1/a',
    'http://127.0.0.1:3000/a',
    'http://git.example/a:1/b',
    'ssh://git@git.example/a/b',
    'ssh://git@git.example:2222/a',
    'git@git.example:a/b.git',
    'git.example:~/b',
    'git@[::1]:b',
    'git@git.example:a@b/c',
  ])('R-H9 the migration writes the origin of %s', async (remoteUrl) => {
    const id = await projectFromBefore(remoteUrl);
    await migrate();
    expect((await row(id)).gitCredentialsOrigin).toBe(credentialOrigin(remoteUrl));
  });

  it('R-H9 are bound to the host of the migration, not to one that was set later', async () => {
    const id = await projectFromBefore('https://git.example/a');
    await migrate();
    await world.db.prisma.project.update({ where: { id }, data: { remoteUrl: 'https://evil.example/a' } });
    expect(await bindGitCredentials(boxes, keys)).toBe(1);
    const box = (await row(id)).gitCredentials!;
    const open = (origin: string) => openBox(keys, box, sealedSubject.gitCredentials(id, origin));
    expect(Buffer.from(open('https://git.example:443')).toString()).toBe('value');
    expect(() => open('https://evil.example:443')).toThrow('belong to something else');
    expect(await bindGitCredentials(boxes, keys)).toBe(0);
  });

  it('R-H9 are left as they are when no origin is known', async () => {
    const id = await projectFromBefore('https://git.example/a');
    const before = (await row(id)).gitCredentials;
    expect(await bindGitCredentials(boxes, keys)).toBe(0);
    expect((await row(id)).gitCredentials).toEqual(before);
  });
});
