import {
  buildCacheSchema,
  buildRelationsSchema,
  buildSchema,
  buildSummarySchema,
  comparisonSchema,
  insightsSchema,
  overviewSchema,
  pageOf,
  workerSchema,
} from '@cooperage/contracts';
import { type BuildRecord, ProcessRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { rowsOf } from '../../spec/rows.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let build: BuildRecord;
let attemptId: string;

/** Whatever a builder may write into JSON, as rows of before its triggers have it too. */
const { code, message } = { code: 'StepFailed', message: 'm' };
const unprintable = { toString: 1, valueOf: 1 };
const odd: readonly unknown[] = [
  ...[null, 5, 'x', true, [], {}, [5], [{}], [null], { '': {} }, unprintable],
  ...[{ code }, { code: [code], message }, { code, message: {} }, { code, message, place: 5, logLine: 5 }],
  ...[{}, [], 1e300, unprintable].flatMap((value) => [
    { code, message, place: { line: value, endLine: value, stepId: value, file: value } },
    { code, message, logLine: { number: value, text: value } },
    [{ phase: value, startedAt: value, endedAt: value }],
    [{ name: value, digest: value }],
    [
      { uri: 'u', digest: value },
      { uri: value, digest: {} },
    ],
    [{ rule: value, message: value, url: null, file: null, line: value }],
    { contextPath: '.', dockerfilePath: null, stage: null, buildArgs: value, namedContexts: {}, ignored: value },
    { contextPath: '.', dockerfilePath: null, stage: null, buildArgs: {}, namedContexts: {}, targets: value },
    { cache: value, none: value, passed: value },
    { cache: { role: 'own', zone: 'branch', ref: value, epoch: value, digest: value }, none: null, passed: [value] },
  ]),
];

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
  const worker = await TestWorker.start(world);
  const other = await world.build(target);
  build = await world.build(target);
  await rowsOf(world, "UPDATE build SET status = 'canceled', finished_at = now() WHERE id = $1", [other.id]);
  const attempt = await worker.claim(build);
  attemptId = attempt.attemptId;
  await worker.attempts.describe(attempt, 'e', 'FROM scratch\nRUN make\n');
  await rowsOf(
    world,
    `UPDATE build SET status = 'failed', stage = NULL, finished_at = now(), definition = '{"path":"docker-bake.hcl","target":"a"}'
     WHERE id = $1`,
    [build.id],
  );
});
afterAll(() => world.close());

async function parses(path: string, schema: z.ZodType, what: string): Promise<void> {
  const answer = expectOk(await owner.get(`/api/v1${path}`));
  expect(schema.safeParse(answer).error?.issues ?? [], `${path} with ${what}`).toEqual([]);
}

/** Lists are everybody's, and the pages of a build its own project's. */
async function listsParse(what: string): Promise<void> {
  await parses('/builds', pageOf(buildSummarySchema), what);
  await parses('/overview?scope=all', overviewSchema, what);
  await parses('/insights', insightsSchema, what);
}

async function pagesParse(what: string): Promise<void> {
  await parses(`/builds/${build.id}`, buildSchema, what);
  await parses(`/builds/${build.id}/relations`, buildRelationsSchema, what);
  await parses(`/projects/${target.project.id}/compare?a=1&b=2`, comparisonSchema, what);
}

describe('R22D-2 what a builder wrote into a build', () => {
  it('leaves the pages readable, whatever JSON it is', async () => {
    const columns = {
      build: ['failure', 'phases', 'base_images', 'sources', 'warnings', 'resolved', 'tools'],
      attempt: ['failure', 'cache_read', 'target_records'],
    };
    for (const value of odd) {
      const text = JSON.stringify(value);
      for (const [table, id] of [
        ['build', build.id],
        ['attempt', attemptId],
      ] as const) {
        const all = columns[table].map((column) => `${column} = $1::jsonb`).join(', ');
        await rowsOf(world, `UPDATE ${table} SET ${all} WHERE id = $2`, [text, id]);
      }
      await listsParse(text);
      await pagesParse(text);
    }
    await rowsOf(world, `UPDATE build SET resolved = NULL, base_images = '[]' WHERE id = $1`, [build.id]);
    await rowsOf(world, 'UPDATE attempt SET cache_read = NULL, target_records = NULL WHERE id = $1', [attemptId]);
  });

  it('leaves the pages readable, whatever words and numbers it is', async () => {
    const most = 2_147_483_647;
    const words = {
      phase: 'x',
      stage: '',
      waitReason: 'x',
      mediaType: 'x',
      fingerprint: '',
      cacheMode: 'x',
      cacheModeWhy: 'x',
    };
    const times = { cacheSavedMs: -most, cacheRanMs: most, cacheImportMs: -1, cacheExportMs: most };
    for (const steps of [-most, most]) {
      const data = { ...words, ...times, stepsTotal: steps, stepsCached: steps, sizeBytes: 2n ** 40n };
      await world.database.prisma.build.update({ where: { id: build.id }, data });
      await listsParse(`${steps} steps`);
      await pagesParse(`${steps} steps`);
      await parses(`/builds/${build.id}/cache`, buildCacheSchema, `${steps} steps`);
    }
  });
});

describe('R22D-1 what a builder says of itself', () => {
  it('leaves the pages readable in its widest form, and in any other', async () => {
    const processes = new ProcessRepository(world.database);
    const most = Number.MAX_SAFE_INTEGER;
    const store = { bytes: most, records: most, mountBytes: most, mounts: most };
    const space = { diskFreeBytes: 0, diskTotalBytes: most, memoryFreeBytes: most, memoryTotalBytes: most };
    const loops = Array.from({ length: 200 }, () => ({ loop: '', state: 'stalled', forMs: most, due: most }) as const);
    const widest = {
      slots: 64,
      engine: '',
      engineVersion: '',
      platforms: [''],
      version: '',
      note: '',
      ...space,
      loops,
    };
    const id = await processes.start('builder', '', widest);
    const parse = async (what: string) => {
      await parses('/workers', pageOf(workerSchema), what);
      await parses('/overview', overviewSchema, what);
    };
    for (const oldestUse of [null, 'x', '2026-11-29T00:00:00.000Z'])
      for (const measuredAt of ['x', '', '2026-11-29', '2026-11-29T00:00:00.000Z']) {
        await processes.heartbeat(id, { ...widest, engineStore: { ...store, oldestUse, measuredAt } });
        await parse(`${oldestUse} and ${measuredAt}`);
      }
    const names = [
      ...Object.keys(widest),
      'engineStore',
      'engineFeatures',
      'draining',
      'process',
      'supervisor',
      'zones',
    ];
    for (const value of odd) {
      const said = JSON.stringify(Object.fromEntries(names.map((name) => [name, value])));
      await rowsOf(world, 'UPDATE process_instance SET info = $1::jsonb WHERE id = $2', [said, id]);
      await parse(said);
    }
  });

  it('stands behind what is not right with our own processes, and of each a few words', async () => {
    const processes = new ProcessRepository(world.database);
    const loop = { loop: 'a loop', state: 'stalled', forMs: 1, due: 1 } as const;
    for (let at = 0; at < 25; at++) await processes.start('builder', `b${at}`, { loops: Array(50).fill(loop) });
    const control = await processes.start('control', 'control', { loops: [loop] });
    const { attention } = overviewSchema.parse(expectOk(await owner.get('/api/v1/overview')));
    const told = attention.filter(({ kind }) => kind === 'loop_stuck');
    expect(told[0]).toMatchObject({ processId: control });
    expect(told.length).toBeLessThanOrEqual(200);
  });
});
