import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { newId, QuotaRepository, storedDeliveryBytes, UsageCounters } from '../index.js';
import { ProjectRemoval } from '../project/project-removal.js';

const headers = { 'user-agent': 'Fördë "x"\t\\', accept: '*/*', 'x-0': 'y'.repeat(1_000) };

describe('R13B-6 what a delivery takes of the quota', () => {
  let world: World;
  let quotas: QuotaRepository;
  beforeAll(async () => {
    world = await World.open();
    quotas = new QuotaRepository(world.db);
  });
  afterAll(() => world.close());

  const used = async (organizationId: string) => (await quotas.usage(organizationId)).deliveryBytes;
  async function deliver(projectId: string, of: Readonly<Record<string, string>>, bytes: number): Promise<string> {
    const id = newId();
    const body = Buffer.alloc(bytes, 'x');
    const facts = { forge: 'github', eventName: 'ping', proof: 'hmac-sha256', status: 'ignored' };
    await world.db.prisma.delivery.create({ data: { ...facts, id, projectId, deliveryKey: id, headers: of, body } });
    return id;
  }
  const judge = (deliveryId: string, count: number) =>
    world.db.prisma.verdict.createMany({
      data: Array.from({ length: count }, () => ({
        ...{ id: newId(), deliveryId, ruleName: 'main', matched: false, reason: 'ref' },
        ...{ explanation: 'é'.repeat(500), tags: ['v1', 'latest'] },
      })),
    });
  const ofVerdict = 192 + 'main'.length + 'ref'.length + 1_000 + 'v1latest'.length;

  it('R13B-6 is what the API takes before it stores one: its row and headers beside its body', async () => {
    const organization = await world.organization();
    const project = await world.project(organization);
    for (const [each, bytes] of [
      [{}, 0],
      [headers, 15],
    ] as const) {
      const before = await used(organization);
      await deliver(project, each, bytes);
      expect((await used(organization)) - before).toBe(storedDeliveryBytes(each, bytes));
    }
    expect(storedDeliveryBytes(headers, 15)).toBeGreaterThan(2_000);
  });

  it('R13B-6 is also what rules said of it, and ends with it', async () => {
    const organization = await world.organization();
    const project = await world.project(organization);
    const [first, second] = [await deliver(project, headers, 15), await deliver(project, {}, 100)];
    const deliveries = await used(organization);
    await judge(first, 100);
    await judge(second, 2);
    expect(await used(organization)).toBe(deliveries + 102 * ofVerdict);
    while (await new UsageCounters(world.db).fold());
    await world.db.prisma.delivery.delete({ where: { id: first } });
    expect(await used(organization)).toBe(storedDeliveryBytes({}, 100) + 2 * ofVerdict);
    await world.db.prisma.verdict.deleteMany({ where: { deliveryId: second } });
    expect(await used(organization)).toBe(storedDeliveryBytes({}, 100));
  });

  it.each<[string, (projectId: string) => Promise<unknown>]>([
    ['in portions', (id) => new ProjectRemoval(world.db).removeRows(id)],
    ['by one statement', (id) => world.db.prisma.project.delete({ where: { id } })],
  ])('R13B-6 is taken off with its project, %s', async (_how, remove) => {
    const organization = await world.organization();
    const project = await world.project(organization);
    await judge(await deliver(project, headers, 15), 3);
    await deliver(project, headers, 15);
    expect(await used(organization)).toBeGreaterThan(4_000);
    await remove(project);
    expect(await used(organization)).toBe(0);
  });
});
