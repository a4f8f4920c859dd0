import { BuildFailure, houseOf, type Lane, type Zone } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';

/** A build, as far as it matters who else is in the engine. */
export interface Guest {
  readonly id: string;
  readonly organizationId: string;
  readonly zone: Zone;
}

/**
 * Whose results are in this builder's engine. In the lane of strangers it is emptied before the next one's build begins: what
 * is left in between nobody can read, and the export of a cache still finds it. There it has one guest at a time: builds, and
 * exports of their caches, wait for each other, since a fork's results may stand there under the names of protected ones (`mayBorrow`).
 */
export class EngineHouse {
  /** Undefined: nobody knows, as after a start. */
  private owner: string | undefined;
  /** When the guest that is in has left. */
  private left: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: Pick<Engine, 'wipe'>,
    private readonly lane: Lane,
    /** Why nothing may run in it now, as a sentence; null where all may. */
    private readonly obstacle: () => Promise<string | null> = async () => null,
  ) {}

  /**
   * Runs a build in the engine.
   * @throws {BuildFailure} `PolicyRefused` for code of strangers in the other lane, and where the engine cannot be emptied;
   * `EngineUnavailable`, also where nothing may run in it; and what `work` throws
   */
  async build<T>(build: Guest, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.lane === 'trusted') return this.amongTrusted(build, work);
    return this.inTurn(signal, async () => {
      if (houseOf(build) === null || ownerOf(build) !== this.owner) await this.empty(build);
      return this.unhindered(work);
    });
  }

  /**
   * Runs what comes after a build and starts from its results. Those of a fork are not made anew for it when they are gone.
   * @throws {BuildFailure} as `build` does; `EngineUnavailable` where they are gone
   */
  async afterwards<T>(build: Guest, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.lane === 'trusted') return this.amongTrusted(build, work);
    return this.inTurn(signal, async () => {
      if (ownerOf(build) === this.owner) return this.unhindered(work);
      if (houseOf(build) === null)
        throw new BuildFailure('EngineUnavailable', 'The builder was emptied before it could leave this cache.');
      await this.empty(build);
      return this.unhindered(work);
    });
  }

  private async amongTrusted<T>({ zone }: Guest, work: () => Promise<T>): Promise<T> {
    if (zone === 'fork') throw new BuildFailure('PolicyRefused', 'This builder takes no code of strangers.');
    return this.unhindered(work);
  }

  /** Asked last: until here it may have waited for long. */
  private async unhindered<T>(work: () => Promise<T>): Promise<T> {
    const obstacle = await this.obstacle();
    if (obstacle !== null) throw new BuildFailure('EngineUnavailable', obstacle);
    return work();
  }

  private async empty(build: Guest): Promise<void> {
    this.owner = undefined;
    if (!this.engine.wipe)
      throw new BuildFailure('PolicyRefused', 'This builder cannot empty its engine for strangers.');
    await this.engine.wipe();
    this.owner = ownerOf(build);
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
      resolve();
    }
  }
}

/** A fork's build shares with nobody, not with another one of the same ref. */
function ownerOf(build: Guest): string {
  return houseOf(build) ?? build.id;
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
