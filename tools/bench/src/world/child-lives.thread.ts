import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type ChildLife, type ChildLivesThread, childLivesCommand, monotonicMs } from './child-lives-thread.js';

/** Looks this often, milliseconds: three times a millisecond costs a few hundredths of one core. */
const lookEveryMs = 0.3;

const { pid, command } = workerData as ChildLivesThread;
const flag = new Int32Array(command);
const file = openSync(`/proc/${pid}/task/${pid}/children`, 'r');
const buffer = Buffer.alloc(4_096);

function children(): string[] {
  const length = readSync(file, buffer, 0, buffer.length, 0);
  return buffer.toString('latin1', 0, length).split(' ').filter(Boolean);
}

/** Lives that began and ended while it looked: from the first moment seen to the last, so never too long. */
function look(): ChildLife[] {
  const before = new Set(children());
  const seen = new Map<string, ChildLife>();
  let alive: string[] = [];
  while (Atomics.load(flag, 0) === childLivesCommand.look) {
    const now = monotonicMs();
    alive = children().filter((child) => !before.has(child));
    for (const child of alive) seen.set(child, { fromMs: seen.get(child)?.fromMs ?? now, toMs: now });
    Atomics.wait(flag, 0, childLivesCommand.look, lookEveryMs);
  }
  for (const child of alive) seen.delete(child);
  return [...seen.values()];
}

for (let running = true; running; ) {
  Atomics.wait(flag, 0, childLivesCommand.rest);
  if (Atomics.load(flag, 0) === childLivesCommand.look) parentPort?.postMessage(look());
  running = Atomics.load(flag, 0) !== childLivesCommand.end;
}
closeSync(file);
