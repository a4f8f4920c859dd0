import { randomBytes } from 'node:crypto';
import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfBlocks } from '../../findings.js';
import type { Block } from '../../measure/ratio.js';
import { fewestPairs } from '../../measure/verdict.js';
import { wallOffsetMs } from '../../world/wall-clock.js';
import { tickByOwnClient } from './own-client.js';
import type { Tick } from './ticks.js';
import { watchBuild } from './watched-build.js';

const lines = 800;
/** About a second of lines: neighbours share their fate, so whole blocks are drawn. */
const blockLines = 80;
const flushMs = 1_000;

export const lineToViewer: Benchmark = {
  id: 'P4',
  about: [
    `a step that writes a stamped line every 10 ms, ${lines} lines; latency is arrival in this process minus the stamp in the line`,
    'ours: a socket.io client over the public origin, signed in, WebSocket',
    'theirs, bare: Status of the same Solve, read by libs/buildkit in this process; client: the same build by docker buildx',
    '  --progress=plain, by turns; flusher: computed, each line comes at a random moment between two of its flushes',
    'every line has to arrive once and in order everywhere',
  ],
  run: measure,
};

interface Round {
  readonly viewer: readonly Tick[];
  readonly bare: readonly Tick[];
  readonly client: readonly Tick[];
}

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say, signal } = bench;
  const repository = await world.product.repository();
  const rounds: Round[] = [];
  const count = amount.pairs < fewestPairs ? 1 : 3;
  for (let at = 0; at < count; at++) {
    signal.throwIfAborted();
    say(`round ${at + 1} of ${count}`);
    const offsetMs = wallOffsetMs();
    const nonce = randomBytes(8).toString('hex');
    const client = await tickByOwnClient(world, lines, `${nonce}-client`, offsetMs);
    const watched = await watchBuild(world, repository, lines, nonce, offsetMs);
    rounds.push({ ...watched, client: client.check('buildx', lines) });
  }
  return { findings: findingsOf(bench, rounds) };
}

function findingsOf({ random }: Bench, rounds: readonly Round[]): Finding[] {
  const blocks = rounds.flatMap(blocksOf);
  const against = (theirs: keyof (typeof blocks)[number]) =>
    blocks.map((block): Block => ({ ours: block.viewer, theirs: block[theirs] }));
  const flushed = blocks.map(({ viewer }): Block => ({ ours: viewer, theirs: viewer.map(() => random() * flushMs) }));
  return [
    findingOfBlocks('P4/p50', against('bare'), 0.5, random),
    findingOfBlocks('P4/p99', against('bare'), 0.99, random),
    findingOfBlocks('P4/client-p50', against('client'), 0.5, random),
    findingOfBlocks('P4/client-p99', against('client'), 0.99, random),
    findingOfBlocks('P4/flusher', flushed, 0.99, random),
  ];
}

function blocksOf(round: Round) {
  const latencies = (ticks: readonly Tick[], from: number) =>
    ticks.slice(from, from + blockLines).map((tick) => tick.latencyMs);
  const starts = Array.from({ length: Math.ceil(lines / blockLines) }, (_, at) => at * blockLines);
  return starts.map((from) => ({
    viewer: latencies(round.viewer, from),
    bare: latencies(round.bare, from),
    client: latencies(round.client, from),
  }));
}
