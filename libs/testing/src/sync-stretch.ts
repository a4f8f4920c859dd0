import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const baselineRounds = 20;
const workRounds = 5;
/** Below it no further round is worth its time: the least of them all is only less. */
const enough = 2;

/** JSON of 1 MiB: to parse it is a stretch that a server has anyhow. */
const baselineJson = JSON.stringify(Array.from({ length: 16_384 }, (_, at) => ({ number: at, text: 'x'.repeat(38) })));

/**
 * How many times longer the longest synchronous stretch of `work` is than that of parsing 1 MiB of JSON, both measured in this
 * run. A stretch is what keeps everything else in this process waiting: the time between two turns of the event loop, without
 * the time that other processes had. The work is repeated and the least of the rounds counts: a pause by chance, as of the
 * garbage collector, does not come each time. The first round that stays well within what anybody allows is the last.
 * @param work is called up to five times
 */
export async function syncStretchRatio(work: () => unknown): Promise<number> {
  const begunMs = threadTimeMs();
  for (let round = 0; round < baselineRounds; round++) JSON.parse(baselineJson);
  const baselineMs = (threadTimeMs() - begunMs) / baselineRounds;
  const stretchesMs: number[] = [];
  for (let round = 0; round < workRounds && !stretchesMs.some((each) => each < enough * baselineMs); round++) {
    // What earlier rounds and tests left behind is collected here, not within the work.
    collectGarbage();
    stretchesMs.push(await longestSyncStretchMs(work));
  }
  return Math.min(...stretchesMs) / baselineMs;
}

/** V8's own, which a process has only after this flag. */
const collectGarbage = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

async function longestSyncStretchMs(work: () => unknown): Promise<number> {
  let [longestMs, isOver] = [0, false];
  await nextTurn();
  let begunMs = threadTimeMs();
  const turn = () => {
    const nowMs = threadTimeMs();
    longestMs = Math.max(longestMs, nowMs - begunMs);
    begunMs = nowMs;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    // The stretch in which the work ended counts as well.
    await nextTurn();
    isOver = true;
  }
  return longestMs;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The kernel brings a thread's own time up to date only when it is asked for that of the process. */
function threadTimeMs(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
