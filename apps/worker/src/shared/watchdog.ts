import {
  isBroken,
  judgeLoop,
  type LoopMemory,
  type LoopSight,
  type LoopTrouble,
  loopSentence,
} from '@cooperage/domain';
import { type Logger, type Metrics, type ReadinessCheck, SaidOpenly } from '@cooperage/telemetry';
import type { Closable } from './shutdown.js';

/** A loop that a watch can look at and repair. */
export interface WatchedLoop {
  readonly name: string;
  repair(): void | Promise<void>;
}

/** A loop, and what it looks like now. */
export interface LoopLook {
  readonly loop: WatchedLoop;
  readonly sight: LoopSight;
}

/** Loops that are looked at together: those of one outbox cost one question. */
export type LookAtLoops = () => readonly LoopLook[] | Promise<readonly LoopLook[]>;

const everyMs = 1_000;
/** A look without an answer counts as none: the store's own readiness says why. */
const lookLimitMs = 8_000;

interface Group {
  readonly look: LookAtLoops;
  askedAt: number | null;
}

/**
 * Looks once a second at all loops of a process that take work. One that has due work and a free slot and takes nothing is
 * repaired, counted, and told: by readiness, in the metrics, and to the other processes.
 */
export class Watchdog implements Closable {
  private readonly memories = new Map<string, LoopMemory>();
  private readonly found = new Map<string, LoopTrouble>();
  private readonly givenUp = new Map<string, number>();
  private readonly groups: Group[] = [];
  private timer: NodeJS.Timeout | undefined;
  private changed: () => void = () => undefined;

  constructor(
    private readonly metrics: Pick<
      Metrics,
      'loopRepairsTotal' | 'loopGivenUpTotal' | 'loopDue' | 'loopBusySlots' | 'loopOldestDueSeconds'
    >,
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** From now on these are looked at too. */
  watch(...groups: readonly LookAtLoops[]): void {
    this.groups.push(...groups.map((look) => ({ look, askedAt: null })));
  }

  /** @param changed called when another loop is in trouble, or in order again */
  onChange(changed: () => void): void {
    this.changed = changed;
  }

  start(): void {
    this.timer = setInterval(() => this.look(), everyMs).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Loops that are not in order now. */
  troubles(): LoopTrouble[] {
    return [...this.found.values()];
  }

  /** A process whose loops take nothing is not ready, and says which, and for how long. */
  readiness(): ReadinessCheck {
    const check = async () => {
      const broken = this.troubles().filter(({ state }) => isBroken(state));
      if (broken.length > 0) throw new SaidOpenly(broken.map(loopSentence).join(' '));
    };
    return { name: 'loops', required: true, check };
  }

  /** One look at each group; none waits for another. */
  look(): void {
    for (const group of this.groups) void this.lookAt(group);
  }

  private async lookAt(group: Group): Promise<void> {
    const now = this.now();
    if (group.askedAt !== null && now - group.askedAt < lookLimitMs) return;
    group.askedAt = now;
    try {
      const looks = await group.look();
      // An answer that came too late is of another time, and a newer question is under way.
      if (group.askedAt === now) for (const look of looks) await this.judge(look);
    } catch (error) {
      this.logger.debug({ err: error }, 'loops could not be looked at');
    } finally {
      if (group.askedAt === now) group.askedAt = null;
    }
  }

  private async judge({ loop, sight }: LoopLook): Promise<void> {
    const { name } = loop;
    const { memory, verdict } = judgeLoop(this.memories.get(name), sight, this.now());
    this.memories.set(name, memory);
    this.metrics.loopDue.set({ loop: name }, sight.due);
    this.metrics.loopBusySlots.set({ loop: name }, sight.busySlots);
    this.metrics.loopOldestDueSeconds.set({ loop: name }, sight.due > 0 ? sight.oldestDueMs / 1000 : 0);
    const newlyGivenUp = (sight.givenUp ?? 0) - (this.givenUp.get(name) ?? 0);
    if (newlyGivenUp > 0) this.metrics.loopGivenUpTotal.add({ loop: name }, newlyGivenUp);
    this.givenUp.set(name, sight.givenUp ?? 0);
    const { state, forMs } = verdict;
    this.note(name, state === 'working' ? undefined : { loop: name, state, forMs, due: sight.due });
    if (verdict.repair) await this.repair(loop, sight);
  }

  private note(name: string, trouble: LoopTrouble | undefined): void {
    const before = this.found.get(name);
    if (trouble) this.found.set(name, trouble);
    else this.found.delete(name);
    if (before?.state === trouble?.state) return;
    if (trouble) this.logger.error({ ...trouble }, loopSentence(trouble));
    else this.logger.info({ loop: name }, 'a loop is in order again');
    this.changed();
  }

  private async repair(loop: WatchedLoop, sight: LoopSight): Promise<void> {
    this.metrics.loopRepairsTotal.add({ loop: loop.name });
    this.logger.error({ loop: loop.name, sight }, 'a loop is repaired');
    try {
      await loop.repair();
    } catch (error) {
      this.logger.error({ err: error, loop: loop.name }, 'a loop could not be repaired');
    }
  }
}
