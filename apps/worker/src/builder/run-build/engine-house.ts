import { BuildFailure, houseOf, type Lane, type Zone } from '@cooperage/domain';
import { type Engine, EngineInUse } from '@cooperage/engines';
import { longestEngineWaitMs } from '../../shared/engine-wait.js';
import type { EngineEnd } from '../engine-end.js';

/** A build, as far as it matters who else is in the engine. */
export interface Guest {
  readonly id: string;
  readonly organizationId: string;
  readonly zone: Zone;
}

/**
 * Files that may stay in the engine when a guest leaves. The next guest may have to wait until they are deleted: for half a minute or so.
 */
const mostLeftFiles = 2_000_000;

/** One may find work that ignores its stop, and the next be cut off by the end of an engine. */
const mostWipes = 3;
const nobodyGivesUp = new AbortController().signal;

/** How long an export may still take when a build of another organization waits for the engine. */
const graceMs = 20_000;

/**
 * Whose results are in this builder's engine. In the lane of strangers it is emptied before the next one's build begins: what
 * is left in between nobody can read, and the export of a cache still finds it. There it has one guest at a time: builds, and
 * exports of their caches, wait for each other, since a fork's results may stand there under the names of protected ones (`mayBorrow`).
 * An export is a gain of its own organization alone, so no other one waits for it for long. A guest that leaves very many files waits
 * until they are deleted, in its own time (docs/adr/0077).
 */
export class EngineHouse {
  /** Undefined: nobody knows, as after a start. */
  private owner: { readonly name: string; readonly organizationId: string } | undefined;
  /** When the guest that is in has left. */
  private left: Promise<unknown> = Promise.resolve();
  /** When the engine has been emptied. Never rejects. */
  private emptied: Promise<void> = Promise.resolve();
  /** What guests have left in it since. */
  private leftFiles = 0;
  private isEmpty = false;
  private isEmptiedUnused = false;
  /** Builds that wait for their turn. */
  private readonly waiting = new Set<Guest>();
  /** The export that is in. */
  private exporting: { readonly organizationId: string; readonly hurry: () => void } | null = null;

  constructor(
    private readonly engine: Pick<Engine, 'wipe'>,
    private readonly lane: Lane,
    private readonly end: Pick<EngineEnd, 'enter' | 'ask' | 'another' | 'isEnding'>,
    /** Why nothing may run in it now, as a sentence; null where all may. */
    private readonly obstacle: () => Promise<string | null> = async () => null,
    /** Files on the disk of the engine; null where that does not say. */
    private readonly usedFiles: () => Promise<number | null> = async () => null,
    private readonly exportGraceMs = graceMs,
    /** Aborted when the builder is to end: then nobody waits until the engine is emptied. */
    private readonly ending = nobodyGivesUp,
  ) {}

  /**
   * Runs a build in the engine.
   * @param onManyFiles called when it has left so many that the engine is emptied before it leaves
   * @throws {BuildFailure} `PolicyRefused` for code of strangers in the other lane, and where the engine cannot be emptied;
   * `EngineUnavailable`, also where nothing may run in it; and what `work` throws
   */
  async build<T>(
    build: Guest,
    signal: AbortSignal,
    work: () => Promise<T>,
    onManyFiles: (files: number) => void = () => {},
  ): Promise<T> {
    if (this.lane === 'trusted') return this.amongTrusted(build, signal, work);
    this.waiting.add(build);
    if (this.exporting && this.exporting.organizationId !== build.organizationId) this.exporting.hurry();
    const came = () => this.waiting.delete(build);
    return this.inTurn(signal, async () => {
      came();
      await this.end.another(signal);
      if (houseOf(build) === null || nameOf(build) !== this.owner?.name) await this.empty(build, signal);
      return this.leavingFew(build, onManyFiles, () => this.unhindered(work));
    }).finally(came);
  }

  /**
   * Runs what comes after a build and starts from its results. Where they are gone they are made anew only for what is no fork's, and
   * at the cost of no other organization.
   * @param work is stopped some seconds after a build of another organization has come
   * @throws {BuildFailure} as `build` does; `EngineUnavailable` where they are gone, or a build of another organization waits
   */
  async afterwards<T>(build: Guest, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.lane === 'trusted') return this.amongTrusted(build, signal, () => work(signal));
    return this.inTurn(signal, async () => {
      const { organizationId } = build;
      this.mustNotBeNeeded(organizationId);
      await this.end.another(signal);
      if (nameOf(build) !== this.owner?.name) {
        const isOthers = this.owner !== undefined && this.owner.organizationId !== organizationId;
        if (houseOf(build) === null || isOthers) throw wasEmptied();
        await this.empty(build, signal);
      }
      const exported = () =>
        this.unhindered(async () => {
          // Once more: a build that came while the engine was emptied found no export that it could hurry.
          this.mustNotBeNeeded(organizationId);
          return this.givingWay(organizationId, work);
        });
      return this.leavingFew(build, () => {}, exported);
    });
  }

  /**
   * Empties it for nobody: at the start of a builder, and where its disk has too little space for anybody to come. Once for all calls meanwhile.
   * @throws {BuildFailure} as `build` does where it cannot be emptied
   */
  async emptyUnused(): Promise<void> {
    if (this.lane === 'trusted' || this.isEmpty || this.isEmptiedUnused) return;
    this.isEmptiedUnused = true;
    try {
      await this.inTurn(nobodyGivesUp, async () => {
        // Who waits empties it in its own turn.
        if (!this.isEmpty && this.waiting.size === 0) await this.wipe();
      });
    } finally {
      this.isEmptiedUnused = false;
    }
  }

  private mustNotBeNeeded(organizationId: string): void {
    if ([...this.waiting].some((other) => other.organizationId !== organizationId)) throw isNeeded();
  }

  private async givingWay<T>(organizationId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const hurry = () => {
      timer ??= setTimeout(() => stop.abort(isNeeded()), this.exportGraceMs);
    };
    this.exporting = { organizationId, hurry };
    try {
      return await work(stop.signal);
    } finally {
      this.exporting = null;
      clearTimeout(timer);
    }
  }

  private async amongTrusted<T>({ zone }: Guest, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (zone === 'fork') throw new BuildFailure('PolicyRefused', 'This builder takes no code of strangers.');
    await this.end.another(signal);
    return this.unhindered(work);
  }

  /** Asked last: until here it may have waited for long. */
  private async unhindered<T>(work: () => Promise<T>): Promise<T> {
    const obstacle = await this.obstacle();
    if (obstacle !== null) throw new BuildFailure('EngineUnavailable', obstacle);
    const leave = this.end.enter();
    this.isEmpty = false;
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Empties the engine before its guest leaves where the next one would wait for that for long. A guest that is canceled, or whose time
   * is over, waits all the same: its slot is what it pays with.
   */
  private async leavingFew<T>(build: Guest, onMany: (files: number) => void, work: () => Promise<T>): Promise<T> {
    const before = await this.usedFiles();
    try {
      return await work();
    } finally {
      const after = await this.usedFiles();
      // The engine deletes old results meanwhile.
      if (before !== null && after !== null) this.leftFiles = Math.max(0, this.leftFiles + after - before);
      if (this.leftFiles > mostLeftFiles) {
        onMany(this.leftFiles);
        // Where it cannot be emptied, the next guest is told why.
        const most = AbortSignal.any([this.ending, AbortSignal.timeout(longestEngineWaitMs)]);
        await this.empty(build, most).catch(() => {});
      }
    }
  }

  /** @param signal ends the wait, and not what is waited for: nobody is let in before that has ended */
  private async empty(build: Guest, signal: AbortSignal): Promise<void> {
    const emptying = this.wipe().then(() => {
      this.owner = { name: nameOf(build), organizationId: build.organizationId };
    });
    this.emptied = emptying.catch(() => {});
    await until(emptying, signal);
  }

  private async wipe(): Promise<void> {
    this.owner = undefined;
    if (!this.engine.wipe)
      throw new BuildFailure('PolicyRefused', 'This builder cannot empty its engine for strangers.');
    for (let tries = 1; ; tries++) {
      await this.end.another(nobodyGivesUp);
      try {
        await this.engine.wipe();
        this.isEmpty = true;
        this.leftFiles = 0;
        return;
      } catch (error) {
        // Its turn has come, so nobody is in. What is left ignores its stop, or was begun by a process before this one.
        const isStuck = error instanceof EngineInUse && (await this.end.ask('it cannot be emptied'));
        // It may also have been ended under it, for a guest before.
        if (tries === mostWipes || !(isStuck || this.end.isEnding)) throw error;
      }
    }
  }

  private async inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.left;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Whoever gives up waiting does not let the next one in before its time.
    this.left = Promise.all([before, promise]);
    try {
      await until(before, signal);
      return await work();
    } finally {
      void this.emptied.then(resolve);
    }
  }
}

/** A fork's build shares with nobody, not with another one of the same ref. */
function nameOf(build: Guest): string {
  return houseOf(build) ?? build.id;
}

const withTheBuild = 'A cache inside of the image is left with the build itself.';

function wasEmptied(): BuildFailure {
  return new BuildFailure(
    'EngineUnavailable',
    `The builder was emptied before it could leave this cache. ${withTheBuild}`,
  );
}

function isNeeded(): BuildFailure {
  return new BuildFailure(
    'EngineUnavailable',
    `A build of another organization needed the builder before it could leave this cache. ${withTheBuild}`,
  );
}

/** @throws the signal's reason when that comes first */
async function until(moment: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([moment, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
