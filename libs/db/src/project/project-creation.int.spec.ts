import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId } from '../new-id.js';
import type { ProjectSettings } from './project-record.js';
import { ProjectRepository } from './project-repository.js';

const settings: ProjectSettings = {
  ...{ name: 'api', description: '', visibility: 'private', remoteUrl: 'https://git.example/api.git' },
  ...{ contextPath: '.', dockerfilePath: 'Dockerfile', target: null, platform: 'linux/amd64', definition: null },
  ...{ buildArgs: {}, namedContexts: {}, protectedBranches: [], protectedTags: ['**'], strictIsolation: false },
  ...{ cacheMode: 'max', cacheBudgetBytes: null, cacheUnusedDays: null, cacheBackend: 'registry' },
  limits: {
    timeoutMs: 60_000,
    logBytes: 1_000,
    memoryBytes: null,
    pids: null,
    cpus: null,
    diskBytes: null,
    network: 'open',
  },
};
const actor = { kind: 'person', id: 'ada', name: 'Ada', ip: null } as const;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('R5-A11 makes no project in an organization that is being deleted', async () => {
  const organizationId = await world.organization();
  const create = (slug: string) => {
    const [id, hookSecret] = [newId(), { id: newId(), sealed: Buffer.from('sealed'), prefix: 'p' }];
    const project = { ...settings, id, organizationId, slug, rules: [], hookSecret };
    return new ProjectRepository(world.db).create(project, actor);
  };
  expect(await create('before')).toMatchObject({ ok: true, project: { slug: 'before' } });
  await world.db.prisma.organization.update({ where: { id: organizationId }, data: { deletedAt: new Date() } });
  expect(await create('behind')).toEqual({ ok: false, reason: 'conflict' });
});
