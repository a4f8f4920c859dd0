import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Above this the neighbours decide the numbers. */
const highestLoad = 1;

/** The machine stayed busy. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

export interface Quiet {
  /** Load average of the last minute, at the moment when measuring starts. */
  readonly load: number;
  /** The load was too high and somebody wanted numbers all the same. */
  readonly ignored: boolean;
}

export interface QuietOptions {
  readonly ignoreLoad: boolean;
  /** How long the work that came before may take to fade from the average. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly readLoad?: () => number;
  readonly lookEveryMs?: number;
}

/** @throws {TooBusy} when the load does not fall in time */
export async function waitForQuiet(options: QuietOptions): Promise<Quiet> {
  const { ignoreLoad, patienceMs, signal, say, readLoad = () => loadavg()[0]!, lookEveryMs = 2_000 } = options;
  const until = performance.now() + patienceMs;
  let told = false;
  for (;;) {
    const load = readLoad();
    if (load <= highestLoad) return { load, ignored: false };
    if (ignoreLoad) return { load, ignored: true };
    if (performance.now() >= until)
      throw new TooBusy(
        `the load is ${load.toFixed(2)}, above ${highestLoad}: nothing measured now would mean anything`,
      );
    if (!told) say(`the load is ${load.toFixed(2)}; waiting until it is ${highestLoad} or less`);
    told = true;
    await delay(lookEveryMs, undefined, { signal });
  }
}
