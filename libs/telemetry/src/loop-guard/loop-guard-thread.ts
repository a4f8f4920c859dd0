import { readFileSync, writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import type { LoopGuardData } from './loop-guard.js';

const { beats, process: name, signal, silentMs, busyMs, lookMs } = workerData as LoopGuardData;

/** `/proc` counts in hundredths of a second for every program, whatever the kernel does. */
const msPerTick = 10;

/** What the main thread has had of the processor, milliseconds: its number is that of the process. `proc_pid_stat(5)`. */
function mainThreadMs(): number {
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  // The second field is a name in brackets and may hold anything; user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

let seen = { beat: Atomics.load(beats, 0), atMs: performance.now(), busyMs: mainThreadMs() };

const looks = setInterval(() => {
  const now = { beat: Atomics.load(beats, 0), atMs: performance.now(), busyMs: mainThreadMs() };
  if (now.beat !== seen.beat) seen = now;
  const [silent, busy] = [now.atMs - seen.atMs, now.busyMs - seen.busyMs];
  if (silent < silentMs || busy < busyMs) return;
  clearInterval(looks);
  end(silent, busy);
}, lookMs);

/** The logger of the process belongs to the thread that does not answer. */
function end(silent: number, busy: number): void {
  const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
  const message = `The event loop was blocked for ${seconds(silent)} by work of ${seconds(busy)}; the process is ended, to be started again.`;
  const line = { level: 'fatal', time: new Date().toISOString(), process: name, pid: process.pid, message };
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch {
    // Who reads the log is away or slow; what blocks has to end all the same.
  }
  Atomics.store(beats, 1, 1);
  process.kill(process.pid, signal);
  endFirst();
}

/** The first process of a container takes no signal from itself: there the work that blocks is broken off, which ends it too. */
function endFirst(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution');
}
