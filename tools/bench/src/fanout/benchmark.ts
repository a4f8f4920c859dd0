import { encodeLogEntries, type LogEntry } from '@cooperage/domain';
import { connectRedis, RedisLiveBus } from '@cooperage/queue';
import { type Bench, type Benchmark, type Finding, type Measured, partOf } from '../benchmark.js';
import { demand } from '../measure/inexact.js';
import { median } from '../measure/quantile.js';
import { type Pair, pairRatio } from '../measure/ratio.js';
import { aFinishedBuild } from '../web/finished-build.js';
import { cpuMsOf } from '../world/cpu-time.js';
import type { World } from '../world/world.js';
import { lineOf, type PeerOrder, paced, type Transport } from './messages.js';
import { Peer } from './peer.js';
import { aRunningBuild } from './running-build.js';
import { sessionsOf } from './sessions.js';
import { Viewers } from './viewers.js';

const viewers = 100;
const linesPerSecond = 5_000;
const seconds = 20;
/** The viewers are pages of so many people. */
const people = 4;
/** What lines may need to arrive after the last was sent, on a machine that has more to do. */
const patienceMs = 60_000;

export const logFanout: Benchmark = {
  id: 'P5',
  about: [
    `${viewers} viewers in a process of their own, ${linesPerSecond} lines a second for ${seconds} s; every viewer gets every line, in order, or there is no result`,
    'compared: lines delivered for a second of the CPU time of the server processes',
    'ours: live and api together, from the frames on the bus on, over the public origin; 50 lines a frame',
    'theirs: a bare socket.io server that emits each line; a bare ws server that sends text frames of 50 lines; both make the lines themselves',
    'stuck: ours with one more viewer that does not read, against ours without',
    'control does not run meanwhile; nothing is stored',
  ],
  run: measure,
};

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say } = bench;
  const like = await aFinishedBuild(world.product);
  const audience = { likeBuildId: like.buildId, cookies: await sessionsOf(world.product, people) };
  await world.product.children.get('control')?.stop();
  const order = { linesPerSecond, lines: partOf(amount, linesPerSecond * seconds, 2_000) };
  const rounds: Round[] = [];
  for (let at = 0; at < amount.pairs; at++) {
    bench.signal.throwIfAborted();
    rounds.push({
      socketIo: await theirs('socket.io', order),
      ws: await theirs('ws', order),
      alone: await ours(world, audience, order, 0),
      beside: await ours(world, audience, order, 1),
    });
    say(`round ${at + 1} of ${amount.pairs}`);
  }
  const pairs = (our: keyof Round, their: keyof Round) =>
    rounds.map((round): Pair => ({ ours: round[our], theirs: round[their] }));
  return {
    findings: [
      findingOf('P5/socket.io', pairs('alone', 'socketIo'), bench),
      findingOf('P5/ws', pairs('alone', 'ws'), bench),
      findingOf('P5/stuck', pairs('beside', 'alone'), bench),
    ],
  };
}

interface Audience {
  readonly likeBuildId: string;
  readonly cookies: readonly string[];
}

/** Lines delivered for a second of CPU time, by each way. */
interface Round {
  readonly socketIo: number;
  readonly ws: number;
  readonly alone: number;
  readonly beside: number;
}

async function theirs(kind: 'socket.io' | 'ws', order: PeerOrder): Promise<number> {
  const peer = await Peer.start(kind);
  const group = await Viewers.connect({ ...nobody, transport: kind, url: peer.url, viewers, stuck: 0 });
  try {
    return await linesPerCpuSecond([peer.pid], order, group, () => peer.send(order));
  } finally {
    group.close();
    peer.close();
  }
}

const nobody = { origin: '', cookies: [], buildId: '' };

async function ours(
  { product }: World,
  { cookies, likeBuildId }: Audience,
  order: PeerOrder,
  stuck: number,
): Promise<number> {
  const { buildId, attemptId } = await aRunningBuild(product.databaseUrl, likeBuildId);
  const redis = connectRedis(product.redisUrl, 'producer', () => undefined);
  const bus = new RedisLiveBus(redis, () => undefined);
  if (redis.status !== 'ready') await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  const transport: Transport = 'ours';
  const { origin } = product;
  const group = await Viewers.connect({
    ...{ transport, url: `${origin}/live`, origin, cookies, buildId, viewers, stuck },
  });
  const pids = (['live', 'api'] as const).map((role) => product.children.get(role)!.pid);
  try {
    return await linesPerCpuSecond(pids, order, group, () =>
      paced(order, (first, count) => {
        demand(bus.publish(attemptId, frameOf(first, count)), 'the bus dropped a frame');
      }),
    );
  } finally {
    group.close();
    bus.close();
    await redis.quit();
  }
}

function frameOf(first: number, count: number): Uint8Array {
  const entries = Array.from({ length: count }, (_, at): LogEntry => {
    const data = Buffer.from(`${lineOf(first + at)}\n`);
    return { n: first + at, atMs: first, kind: 'text', step: 1, stream: 1, data };
  });
  return encodeLogEntries(entries);
}

async function linesPerCpuSecond(
  pids: readonly number[],
  { lines }: PeerOrder,
  group: Viewers,
  send: () => Promise<void>,
): Promise<number> {
  const cpuMs = async () => (await Promise.all(pids.map(cpuMsOf))).reduce((sum, ms) => sum + ms, 0);
  const before = await cpuMs();
  await send();
  await group.have(lines, patienceMs);
  const spentMs = Math.max(1, (await cpuMs()) - before);
  return (lines * viewers * 1000) / spentMs;
}

function findingOf(id: string, pairs: readonly Pair[], { random }: Bench): Finding {
  const typical = (side: keyof Pair) => `${(median(pairs.map((pair) => pair[side])) / 1000).toFixed(0)} k lines/CPU s`;
  return {
    id,
    ours: typical('ours'),
    theirs: typical('theirs'),
    ratio: pairRatio(pairs, random),
    pairs: pairs.length,
  };
}
