import { DrainRepository } from '@cooperage/db';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestProject, WorkerSystem } from '../../../spec/worker-system.js';

const actor = { kind: 'person', id: 'u1', name: 'Olga', ip: null } as const;
const slow = 'FROM busybox:latest\nRUN sleep 3; echo slow\n';
const quick = 'FROM busybox:latest\nRUN echo quick\n';

let system: WorkerSystem;
let project: TestProject;
let drains: DrainRepository;
let name: string;

beforeAll(async () => {
  system = await WorkerSystem.start();
  project = await system.project();
  drains = new DrainRepository(system.db);
  name = (await builders())[0]!.name;
});
afterAll(() => system.close());

const builders = () =>
  system.db.prisma.processInstance.findMany({ where: { role: 'builder', endedAt: null }, orderBy: { id: 'desc' } });
const isDraining = async (id?: string) => {
  const rows = (await builders()).filter((row) => id === undefined || row.id === id);
  return rows.length > 0 && rows.every(({ info }) => (info as { draining?: boolean }).draining === true);
};
const pushed = async (dockerfile: string, ref: string) => {
  const commit = await project.git.commit({ Dockerfile: dockerfile });
  return system.push(project, commit, ref);
};
const seen = (deliveryId: string, is: (status: string, waitReason: string | null) => boolean) =>
  system.until(async () => {
    const build = await system.buildOf(deliveryId);
    return build && is(build.status, build.waitReason) ? build : null;
  });

it('a builder that drains finishes what it builds, takes nothing more over a restart, and goes on when it is asked to', async () => {
  const first = await pushed(slow, 'refs/heads/main');
  await seen(first, (status) => status === 'running');
  await drains.drain({ name, pool: 'trusted' }, actor);
  await system.until(async () => ((await isDraining()) ? true : null));

  const second = await pushed(quick, 'refs/heads/main');
  expect(await system.outcome(first)).toMatchObject({ status: 'succeeded' });
  await seen(second, (status, reason) => status === 'queued' && reason === 'no_worker');

  const before = (await builders()).map(({ id }) => id);
  await system.restartBuilder();
  const restarted = await system.until(async () => (await builders()).find(({ id }) => !before.includes(id)) ?? null);
  expect(await isDraining(restarted.id)).toBe(true);
  expect((await system.buildOf(second))?.status).toBe('queued');

  await drains.resume({ name, pool: 'trusted' }, actor);
  expect(await system.outcome(second)).toMatchObject({ status: 'succeeded' });
  await system.until(async () => ((await isDraining()) ? null : true));
});
