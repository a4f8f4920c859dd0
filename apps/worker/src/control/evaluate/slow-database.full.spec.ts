import { Database, OutboxRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchProject, EvaluateBench } from '../../../spec/evaluate-bench.js';
import { OutboxLoop } from '../outbox/outbox-loop.js';

const main = 'refs/heads/main';
/** More tries than may fail for one delivery. */
const manyTries = 15;
const limitMs = 1_000;
const waitMs = 180_000;

describe('V13-S1 a database in which statements of evaluations time out', () => {
  let bench: EvaluateBench;
  let hasty: Database;
  let loop: OutboxLoop;
  beforeAll(async () => {
    bench = await EvaluateBench.open(({ url }) => {
      hasty = new Database({ url, poolSize: 10, applicationName: 'hasty', statementTimeoutMs: limitMs });
      return hasty;
    });
    const { prisma } = bench.world.db;
    // Reading a rule of a project in `slow` takes longer than the statement timeout.
    await prisma.$executeRawUnsafe('CREATE TABLE slow (project uuid)');
    await prisma.$executeRawUnsafe(`CREATE FUNCTION is_read(of uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
      BEGIN IF EXISTS (SELECT FROM slow WHERE project = of) THEN PERFORM pg_sleep(60); END IF; RETURN true; END $$`);
    await prisma.$executeRawUnsafe('ALTER TABLE rule RENAME TO held_rule');
    await prisma.$executeRawUnsafe('CREATE VIEW rule AS SELECT * FROM held_rule WHERE is_read(project_id)');
    // Reading a build of a project in `slow_history` does, while `build` is this view (`slowBuilds`).
    await prisma.$executeRawUnsafe('CREATE TABLE slow_history (project uuid)');
    await prisma.$executeRawUnsafe(`CREATE FUNCTION history_is_read(of uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
      BEGIN IF EXISTS (SELECT FROM slow_history WHERE project = of) THEN PERFORM pg_sleep(60); END IF; RETURN true; END $$`);
    const instanceId = await bench.world.processes.start('control', 'c', {});
    const share = { each: 2, alone: 6, keepsLast: true };
    loop = new OutboxLoop(
      new OutboxRepository(bench.world.db),
      { evaluate: (item, signal) => bench.service.handle(item, signal) },
      { name: 'evaluate', slots: 8, slotLimitMs: 60_000, share, instanceId: () => instanceId },
      createLogger({ process: 'test', level: 'silent' }),
    );
  });
  afterAll(async () => {
    await loop?.close();
    await hasty?.close();
    await bench?.close();
  });

  async function projectWithCommit(): Promise<BenchProject> {
    const project = await bench.project();
    await bench.commit(project, '1');
    return project;
  }
  const slowDown = async (...projects: readonly BenchProject[]) => {
    for (const { id } of projects)
      await bench.world.db.prisma.$executeRaw`INSERT INTO slow (project) VALUES (${id}::uuid)`;
  };
  const speedUp = () => bench.world.db.prisma.$executeRaw`DELETE FROM slow`;
  const delivery = (id: string) =>
    bench.world.db.prisma.delivery.findUniqueOrThrow({ where: { id }, include: { verdicts: true } });
  const statuses = async (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await delivery(id)).status));

  /** Ends all pauses of the outbox and wakes the loop. */
  async function endPauses(): Promise<void> {
    await bench.world.db.prisma.$executeRaw`UPDATE outbox SET available_at = now() WHERE available_at > now()`;
    loop.wake();
  }
  /** How often each delivery was claimed; infinity once it has no row in the outbox. */
  async function tries(ids: readonly string[]): Promise<number[]> {
    const rows = await bench.world.db.prisma.outbox.findMany({
      where: { topic: 'evaluate', subjectId: { in: [...ids] } },
    });
    return ids.map((id) => rows.find(({ subjectId }) => subjectId === id)?.attempts ?? Number.POSITIVE_INFINITY);
  }

  it('evaluates all deliveries at the end, although all of them timed out more often than a delivery is tried', {
    timeout: waitMs,
  }, async () => {
    const projects = [await projectWithCommit(), await projectWithCommit()];
    await slowDown(...projects);
    const ids = await Promise.all(projects.map((project) => bench.receive(project, main)));
    const fewest = async () => {
      await endPauses();
      return Math.min(...(await tries(ids)));
    };
    await expect.poll(fewest, { timeout: waitMs }).toBeGreaterThan(manyTries);
    for (const id of ids)
      expect(await delivery(id)).toMatchObject({
        status: 'evaluating',
        failureCode: null,
        note: expect.stringContaining('database took too long'),
      });
    await speedUp();
    const ended = async () => {
      await endPauses();
      return statuses(ids);
    };
    await expect.poll(ended, { timeout: waitMs }).toEqual(['evaluated', 'evaluated']);
    for (const id of ids) expect(await delivery(id)).toMatchObject({ note: null, verdicts: { length: 2 } });
    for (const project of projects) expect(await bench.built(project)).toHaveLength(1);
  });

  it('fails the delivery of one project that times out while deliveries of another project are evaluated', {
    timeout: waitMs,
  }, async () => {
    const [expensive, other] = [await projectWithCommit(), await projectWithCommit()];
    await slowDown(expensive);
    const id = await bench.receive(expensive, main);
    let others = 0;
    const goesOn = async () => {
      const another = await bench.receive(other, main);
      const [before] = await tries([id]);
      const passed = async () => {
        await endPauses();
        const [now] = await tries([id]);
        return [(await delivery(another)).status, now! > before!];
      };
      await expect.poll(passed, { timeout: waitMs }).toEqual(['evaluated', true]);
      others++;
      return (await delivery(id)).status;
    };
    while ((await goesOn()) !== 'failed');
    expect(await delivery(id)).toMatchObject({ failureCode: 'InternalError', verdicts: [] });
    expect(others).toBeGreaterThan(10);
    expect(await tries([id])).toEqual([Number.POSITIVE_INFINITY]);
  });

  /** @returns what ends it */
  async function slowBuilds({ id }: BenchProject): Promise<() => Promise<void>> {
    const { prisma } = bench.world.db;
    await prisma.$executeRaw`INSERT INTO slow_history (project) VALUES (${id}::uuid)`;
    await prisma.$transaction([
      prisma.$executeRawUnsafe('ALTER TABLE build RENAME TO held_build'),
      prisma.$executeRawUnsafe('CREATE VIEW build AS SELECT * FROM held_build WHERE history_is_read(project_id)'),
    ]);
    return async () => {
      await prisma.$executeRaw`DELETE FROM slow_history`;
      await prisma.$transaction([
        prisma.$executeRawUnsafe('DROP VIEW build'),
        prisma.$executeRawUnsafe('ALTER TABLE held_build RENAME TO build'),
      ]);
    };
  }

  it('V13B-2 keeps a delivery whose builds cannot be read while other deliveries end because their ref is gone', {
    timeout: waitMs,
  }, async () => {
    const [pushed, other] = [await projectWithCommit(), await projectWithCommit()];
    expect(await bench.push(pushed, main)).toMatchObject({ status: 'evaluated' });
    await bench.commit(pushed, '2');
    const endSlowness = await slowBuilds(pushed);
    const id = await bench.receive(pushed, main);
    for (let before = 0; before <= manyTries; ) {
      const another = await bench.receive(other, 'refs/heads/gone');
      const passed = async () => {
        await endPauses();
        const [now] = await tries([id]);
        const { status, reason } = await delivery(another);
        return [status, reason, now! > before];
      };
      await expect.poll(passed, { timeout: waitMs }).toEqual(['evaluated', 'ref_gone', true]);
      [before] = (await tries([id])) as [number];
    }
    expect(await delivery(id)).toMatchObject({ status: 'evaluating', failureCode: null, verdicts: [] });
    await endSlowness();
    const ended = async () => {
      await endPauses();
      return statuses([id]);
    };
    await expect.poll(ended, { timeout: waitMs }).toEqual(['evaluated']);
    expect(await bench.built(pushed)).toHaveLength(2);
  });
});
