import { setTimeout as sleep } from 'node:timers/promises';
import { restartDelayMs } from '../processes/supervised-process.ts';
import type { Care, Part } from './part.ts';

const LOOK_EVERY_MS = 500;
/** A look costs five short programs. What is open meanwhile, somebody with the rights of root has opened. */
const CARE_EVERY_MS = 2_000;
/** A part that ran this long starts again with the first delay. */
const HEALTHY_MS = 60_000;

export interface KeptPart<Address> {
  readonly part: Part<Address>;
  readonly address: Address;
}

/** Starts parts again that have ended, for as long as the launcher runs. */
export class PartKeeper {
  private readonly kept: readonly KeptPart<unknown>[];
  private readonly report: (line: string) => void;
  private readonly changed: () => void;
  private readonly careEveryMs: number;
  private readonly stopping = new AbortController();
  private readonly gone = new Set<string>();
  private watching: Promise<unknown> = Promise.resolve();

  /** @param changed called when another part is away, or is back */
  constructor(
    kept: readonly KeptPart<unknown>[],
    report: (line: string) => void,
    changed: () => void,
    careEveryMs = CARE_EVERY_MS,
  ) {
    this.kept = kept;
    this.report = report;
    this.changed = changed;
    this.careEveryMs = careEveryMs;
  }

  /** Names of the parts that do not run now. */
  get away(): string[] {
    return [...this.gone];
  }

  start(): void {
    this.watching = Promise.all(this.kept.flatMap((kept) => [this.watch(kept), this.lookAfter(kept.part)]));
  }

  /** Resolves when nothing is being started any more, so that everything can be stopped. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async watch({ part, address }: KeptPart<unknown>): Promise<void> {
    const { signal } = this.stopping;
    let upSince = performance.now();
    for (let shortLives = 0; !signal.aborted; ) {
      if (await part.isRunning()) {
        this.note(part.name, false);
        await this.endIfAsked(part);
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
        continue;
      }
      this.note(part.name, true);
      shortLives = performance.now() - upSince > HEALTHY_MS ? 1 : shortLives + 1;
      const delayMs = restartDelayMs(shortLives);
      this.report(`${part.name} has ended; starting it again in ${delayMs / 1000} s`);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.restart(part, address);
      upSince = performance.now();
    }
  }

  private async lookAfter(part: Part<unknown>): Promise<void> {
    const { signal } = this.stopping;
    const name = `the network rules of ${part.name}`;
    for (let last: Care | undefined; part.care && !signal.aborted; ) {
      // Around a part that is away there is nothing: they are made anew before it starts.
      const now = this.gone.has(part.name) ? last : await part.care().catch(unknown(last));
      if (now) {
        this.note(name, now.state === 'missing');
        for (const line of changesOf(name, now, last)) this.report(line);
      }
      last = now;
      await sleep(this.careEveryMs, undefined, { signal }).catch(() => {});
    }
  }

  private async endIfAsked(part: Part<unknown>): Promise<void> {
    try {
      const why = await part.endIfAsked?.();
      if (why !== undefined) this.report(`${part.name} was asked to end, and is ended: ${why}`);
    } catch (error) {
      this.report(`${part.name} was asked to end, and could not be ended: ${(error as Error).message}`);
    }
  }

  private async restart(part: Part<unknown>, address: unknown): Promise<void> {
    try {
      const now = await part.start();
      if (JSON.stringify(now) === JSON.stringify(address)) this.report(`${part.name} runs again`);
      else this.report(`${part.name} has another address now: stop and start again, so that all processes learn it`);
    } catch (error) {
      this.report(`${part.name} could not be started again: ${(error as Error).message}`);
    }
  }

  private note(name: string, isAway: boolean): void {
    if (this.gone.has(name) === isAway) return;
    if (isAway) this.gone.add(name);
    else this.gone.delete(name);
    this.changed();
  }
}

/** What could not be looked at is no reason to believe that all is well. */
function unknown(last: Care | undefined) {
  return (error: Error): Care => ({
    state: 'missing',
    detail: error.message,
    renewals: last?.renewals ?? 0,
    unraised: last?.unraised ?? [],
  });
}

function changesOf(name: string, now: Care, last: Care | undefined): string[] {
  const lines: string[] = [];
  // Where somebody takes them away again and again, that is not said each time.
  if (now.renewals > (last?.renewals ?? 0) && Number.isInteger(Math.log2(now.renewals)))
    lines.push(
      `${name} had been changed and are set again (${now.renewals} time${now.renewals === 1 ? '' : 's'} since its start)`,
    );
  if (now.state === 'missing' && last?.state !== 'missing')
    lines.push(`${name} are missing, and no build is to start: ${now.detail}`);
  if (last?.state === 'missing' && now.state !== 'missing') return [`${name} are in force again`];
  return lines;
}
