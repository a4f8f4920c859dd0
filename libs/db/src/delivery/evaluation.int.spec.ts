import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsRead } from '../../spec/rows-read.js';
import { World } from '../../spec/world.js';
import { EvaluationRepository, newId } from '../index.js';
import { subjectSql } from './evaluation-subject-row.js';

describe('a delivery whose body came before', () => {
  let world: World;
  let projectId: string;
  beforeAll(async () => {
    world = await World.open();
    projectId = await world.project();
  });
  afterAll(() => world.close());

  /** So many deliveries with the same body. */
  async function deliver(status: string, count: number): Promise<void> {
    await world.db.prisma.$executeRaw`
      INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, headers, body, body_digest)
      SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n + ${status.length * 1_000_000}::int), 12, '0'))::uuid, ${projectId}::uuid, 'github',
        concat(${status}::text, n), 'push', 'hmac-sha256', ${status}::text, '{}', '\\x00', '\\x01' FROM generate_series(1, ${count}::int) n`;
  }

  it('R12B-4 is read in a few steps though the body came 20,000 times and started nothing', async () => {
    await deliver('failed', 10_000);
    await deliver('ignored', 10_000);
    await deliver('evaluated', 1);
    await world.db.prisma.$executeRawUnsafe('ANALYZE delivery');
    const id = newId();
    const digest = Buffer.from([1]);
    const shared = { forge: 'github', eventName: 'push', proof: 'hmac-sha256', headers: {}, body: Buffer.from([0]) };
    await world.db.prisma.delivery.create({
      data: { ...shared, id, projectId, deliveryKey: 'push', status: 'received', bodyDigest: digest },
    });
    const first = await world.db.prisma.delivery.findFirstOrThrow({ where: { status: 'evaluated' } });
    expect(await new EvaluationRepository(world.db).load(id)).toMatchObject({ sameBodyAs: first.id });
    expect(await rowsRead(world.db, 'delivery', subjectSql(id))).toBeLessThan(100);
  });
});
