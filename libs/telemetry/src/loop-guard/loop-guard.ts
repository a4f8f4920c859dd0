import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** How a guard ends its process. Nothing else sends it, and it leaves no core dump. */
export const blockedLoopSignal = 'SIGVTALRM';

export interface LoopGuardOptions {
  /** Which process speaks, as in its log. */
  readonly process: string;
  /** Milliseconds without a turn of the event loop; a minute by default. */
  readonly silentMs?: number;
  /** Milliseconds of processor time that the main thread has used in this silence; half a minute by default. */
  readonly busyMs?: number;
  /** Milliseconds between two beats, and between two looks. */
  readonly lookMs?: number;
  /** `blockedLoopSignal` by default. */
  readonly signal?: NodeJS.Signals;
}

/** What the thread is given. */
export interface LoopGuardData {
  /** A count of beats, and whether the process was given up. */
  readonly beats: Int32Array;
  readonly process: string;
  readonly signal: NodeJS.Signals;
  readonly silentMs: number;
  readonly busyMs: number;
  readonly lookMs: number;
}

/**
 * Ends this process when one piece of work keeps its event loop to itself: nothing that runs on the loop could notice. A thread of
 * its own sees that the beats stay away, says so in the log of the process, and sends `blockedLoopSignal`; whoever started the
 * process starts it again.
 *
 * Time alone says nothing: on a machine with much to do a loop may not get a turn for minutes. So both have to be: silence, and
 * processor time of the main thread in it. A process that is stopped or waits for the processor has used none.
 */
export function guardLoop(options: LoopGuardOptions): void {
  const { silentMs = 60_000, busyMs = 30_000, lookMs = 1_000, signal = blockedLoopSignal } = options;
  const beats = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const beat = () => {
    Atomics.add(beats, 0, 1);
    // Whatever became of the work that blocked, this process was given up.
    if (Atomics.load(beats, 1) !== 0) process.exit(70);
  };
  setInterval(beat, lookMs).unref();
  const workerData: LoopGuardData = {
    beats,
    process: options.process,
    signal,
    silentMs,
    busyMs,
    lookMs,
  };
  // As built, or as written.
  const script = new URL(`./loop-guard-thread${path.extname(import.meta.filename)}`, import.meta.url);
  const thread = new Worker(script, { workerData, resourceLimits: { maxOldGenerationSizeMb: 16 } });
  thread.on('error', (error) => process.emitWarning(`the event loop is not guarded any more: ${error}`));
  thread.unref();
}
