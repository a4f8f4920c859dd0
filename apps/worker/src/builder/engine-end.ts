import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';
import type { Engine, RunawayWork } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';

/** Builds beside it are lost with the engine, and begin anew. So it gets this long to end by itself. */
const besideOthersMs = 5 * 60_000;
const lookMs = 250;
/** How long a start may take on a busy machine. */
const startsWithinMs = 2 * 60_000;
/** A build in an engine may need this long to notice that it has ended. */
const noticedWithinMs = 5_000;

/**
 * Has an engine ended that goes on with what nobody waits for: some work of BuildKit ignores a cancel. Whoever started it ends it, and starts it
 * again: the launcher, or `deploy/buildkit/start.sh`. They are asked by a file, and remove it when the old engine is dead (docs/adr/0080).
 */
export class EngineEnd {
  private readonly file: string | null;
  /** How many use the engine now. */
  private inside = 0;
  private answers: () => Promise<boolean> = async () => true;
  /** Its end was asked for, and no other one has answered yet. */
  private isAway = false;
  private askedAtMs = Number.POSITIVE_INFINITY;
  private backAtMs = Number.NEGATIVE_INFINITY;

  /** @param rulesFile in which the starter notes how its network rules stand; null where the engine is somebody else's */
  constructor(
    rulesFile: string | null,
    private readonly logger: Pick<Logger, 'error'>,
    private readonly patienceMs = besideOthersMs,
  ) {
    this.file = rulesFile && `${rulesFile}.asked/end`;
  }

  /** @param engine that is asked whether another one answers */
  of(engine: Pick<Engine, 'check'>): void {
    this.answers = () =>
      engine.check().then(
        ({ ok }) => ok,
        () => false,
      );
  }

  /** Whether the end was asked for, and no other engine answers yet. */
  get isEnding(): boolean {
    return this.isAway || this.isAsked;
  }

  /** Whether the engine was away at this moment because it was asked for. @param atMs as `performance.now` */
  wasEndedAt(atMs: number): boolean {
    return this.askedAtMs <= atMs && (this.isEnding || atMs <= this.backAtMs + noticedWithinMs);
  }

  /** Whether the engine is to end, and no other one has been started yet. */
  get isAsked(): boolean {
    return this.file !== null && existsSync(this.file);
  }

  /** @returns to be called by who leaves */
  enter(): () => void {
    this.inside++;
    return () => void this.inside--;
  }

  /** @param why continues a sentence that begins with the engine. @returns false where nobody can be asked */
  async ask(why: string): Promise<boolean> {
    if (this.isEnding) return true;
    this.logger.error({ why, file: this.file }, 'the engine has to end and be started again');
    if (this.file === null) return false;
    try {
      await writeFile(this.file, `${why}\n`, { flag: 'wx', mode: 0o600 });
      this.left();
      return true;
    } catch (error) {
      if (this.isAsked) return true;
      this.logger.error({ err: error, file: this.file }, 'the end of the engine cannot be asked for');
      return false;
    }
  }

  /** Asks where the work does not end, as soon as nobody else uses the engine, or after minutes. */
  async unlessEnded({ ended }: RunawayWork): Promise<void> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    void ended.then(over, over);
    const until = performance.now() + this.patienceMs;
    // Who started the work is itself still inside when it is heard of.
    do await delay(lookMs, undefined, { ref: false });
    while (!isOver && this.inside > 0 && performance.now() < until);
    if (!isOver) await this.ask('it goes on with a build that was stopped');
  }

  private left(): void {
    if (this.isAway) return;
    this.isAway = true;
    this.askedAtMs = performance.now();
  }

  /**
   * Resolves once another engine answers, where the end of this one was asked for.
   * @throws {BuildFailure} `EngineUnavailable` where that takes minutes @throws the signal's reason
   */
  async another(signal: AbortSignal): Promise<void> {
    if (this.isAsked) this.left();
    if (!this.isAway) return;
    // The file is gone before the next one begins, so that it is not taken for a word of this one.
    for (const until = performance.now() + startsWithinMs; this.isAsked || !(await this.answers()); ) {
      if (performance.now() > until) throw new BuildFailure('EngineUnavailable', notStarted);
      await delay(lookMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    this.isAway = false;
    this.backAtMs = performance.now();
  }
}

const notStarted = 'The engine of this builder has to be started again, and nobody has done so.';
