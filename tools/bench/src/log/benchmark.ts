import { createHash } from 'node:crypto';
import { type SeededLog, seededParts, seededSteps, seedLog } from '@cooperage/e2e';
import { connectRedis, RedisLiveBus } from '@cooperage/queue';
import { query } from '@cooperage/testing';
import pg from 'pg';
import { type Bench, type Benchmark, type Finding, type Measured, partOf } from '../benchmark.js';
import { findingOfBlocks } from '../findings.js';
import { demand } from '../measure/inexact.js';
import { interleave } from '../measure/interleave.js';
import { median } from '../measure/quantile.js';
import { type Block, type Pair, pairRatio } from '../measure/ratio.js';
import { kibibytes } from '../report/format.js';
import { aFinishedBuild } from '../web/finished-build.js';
import { AppendedStream } from './appended-stream.js';

const ingestLines = 100_000;
const logLines = 1_000_000;
const windowLines = 1_000;
const windowsOfBlock = 20;

export const logArchive: Benchmark = {
  id: 'P6',
  about: [
    `ingest: ${ingestLines} lines through the writer of the builders: masked, framed, published on the bus, compressed, stored in PostgreSQL`,
    '  theirs: XADD of each line in pipelines of 16 to the Redis of the product; the writer and the peer both run in this process',
    `size: what the log of ${logLines} lines takes in its table, with index and what searches need, against its raw bytes`,
    `window: ${windowLines} lines from a random place of that log by HTTP, a person who is signed in; every window is compared with the text`,
    '  theirs: one row of the same bytes by its primary key over pg, without HTTP; first: a window at the beginning of the log',
    'all bytes of a stored log are those that were written, by their SHA-256, or there is no result',
  ],
  run: measure,
};

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say, signal, random } = bench;
  const { product } = world;
  const like = await aFinishedBuild(product);
  const redis = connectRedis(product.redisUrl, 'producer', () => undefined);
  const bus = new RedisLiveBus(redis, () => undefined);
  const stream = new AppendedStream(product.redisUrl);
  const pool = new pg.Pool({ connectionString: product.databaseUrl, max: 1 });
  try {
    say(`the peer keeps what it has by ${await stream.durability()}`);
    const lines = textOf(partOf(amount, ingestLines, 5_000));
    const seed = async (count: number) => {
      const { databaseUrl } = product;
      const log = await seedLog({ databaseUrl, likeBuildId: like.buildId, lines: count, liveBus: bus });
      await checkStored(bench, log, textOf(count));
      return log;
    };
    const ingest = await interleave(
      amount.pairs,
      {
        theirs: async () => (lines.length * 1000) / (await stream.append(lines)),
        ours: async () => (lines.length * 1000) / (await seed(lines.length)).writtenInMs,
      },
      signal,
    );
    const text = textOf(partOf(amount, logLines, 10_000));
    say(`a log of ${text.length} lines`);
    const log = await seed(text.length);
    const windows = await measureWindows(bench, log, text, pool);
    return {
      findings: [
        rateFinding('P6/ingest', ingest, bench),
        await sizeFinding(product.databaseUrl, log, text),
        findingOfBlocks('P6/window', windows.overRow, 0.5, random),
        findingOfBlocks('P6/window-depth', windows.overFirst, 0.5, random),
      ],
    };
  } finally {
    bus.close();
    await Promise.allSettled([redis.quit(), stream.close(), pool.end()]);
  }
}

/** All lines of a made-up log, each with its end. */
function textOf(count: number): Buffer[] {
  const lines: Buffer[] = [];
  for (const [index, step] of seededSteps(count).entries())
    for (const { bytes } of seededParts(index + 1, step.lines))
      for (let at = 0; at < bytes.length; ) {
        const end = bytes.indexOf('\n', at) + 1;
        lines.push(bytes.subarray(at, end));
        at = end;
      }
  return lines;
}

async function checkStored({ world }: Bench, { buildId }: SeededLog, lines: readonly Buffer[]): Promise<void> {
  const expected = createHash('sha256');
  for (const line of lines) expected.update(line);
  const response = await world.product.api.send('GET', `/api/v1/builds/${buildId}/log`);
  const stored = createHash('sha256');
  for await (const part of response.body!) stored.update(part as Uint8Array);
  demand(stored.digest('hex') === expected.digest('hex'), 'the stored log has other bytes than were written');
}

async function measureWindows(bench: Bench, { buildId }: SeededLog, lines: readonly Buffer[], pool: pg.Pool) {
  const { world, amount, signal, random } = bench;
  const ask = async (first: number) => {
    const path = `/api/v1/builds/${buildId}/log/lines?first=${first}&count=${windowLines}`;
    const response = await world.product.api.send('GET', path);
    const text = Buffer.from(await response.arrayBuffer());
    const expected = Buffer.concat(lines.slice(first, first + windowLines));
    demand(text.equals(expected), `the window from line ${first} on has other lines: ${response.status}`);
  };
  await pool.query('CREATE TABLE IF NOT EXISTS bench_window (id int PRIMARY KEY, text bytea NOT NULL)');
  for (let id = 0; id < windowsOfBlock; id++)
    await pool.query('INSERT INTO bench_window VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = $2', [
      id,
      Buffer.concat(lines.slice(id * windowLines, (id + 1) * windowLines)),
    ]);
  const readRow = async (id: number) => {
    const { rows } = await pool.query('SELECT text FROM bench_window WHERE id = $1', [id]);
    demand(rows.length === 1, 'the peer has no such row');
  };
  const anywhere = () => Math.floor(random() * (lines.length - windowLines));
  const overRow: Block[] = [];
  const overFirst: Block[] = [];
  for (let round = 0; round <= amount.pairs; round++) {
    signal.throwIfAborted();
    const theirs = await timesOf((at) => readRow(at));
    const first = await timesOf(() => ask(0));
    const ours = await timesOf(() => ask(anywhere()));
    // The first round warms both sides.
    if (round === 0) continue;
    overRow.push({ ours, theirs });
    overFirst.push({ ours, theirs: first });
  }
  return { overRow, overFirst };
}

async function timesOf(work: (at: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < windowsOfBlock; at++) {
    const beganMs = performance.now();
    await work(at);
    times.push(performance.now() - beganMs);
  }
  return times;
}

function rateFinding(id: string, pairs: readonly Pair[], { random }: Bench): Finding {
  const typical = (side: keyof Pair) => `${(median(pairs.map((pair) => pair[side])) / 1000).toFixed(1)} k lines/s`;
  return { id, ours: typical('ours'), theirs: typical('theirs'), ratio: pairRatio(pairs, random), pairs: pairs.length };
}

async function sizeFinding(databaseUrl: string, { attemptId }: SeededLog, lines: readonly Buffer[]): Promise<Finding> {
  const [row] = await query<{ bytes: string }>(
    databaseUrl,
    'SELECT sum(pg_column_size(c.*)) AS bytes FROM log_chunk c WHERE attempt_id = $1',
    [attemptId],
  );
  const stored = Number(row!.bytes);
  const raw = lines.reduce((sum, line) => sum + line.length, 0);
  const value = stored / raw;
  const ratio = { value, low: value, high: value };
  return { id: 'P6/size', ours: kibibytes(stored), theirs: kibibytes(raw), ratio, pairs: 1, counted: true };
}
