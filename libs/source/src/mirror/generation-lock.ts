import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from '../git/process-identity.js';
import { waitForTurn } from './turn-queue.js';

export interface HeldLock {
  /** The holder before ended without giving the lock back: it may have left things half done. */
  readonly predecessorDied: boolean;
  /** Notes a process that works for the holder, so that a successor ends it first if the holder dies. */
  noteHelper(pid: number): Promise<void>;
  release(): Promise<void>;
}

interface Turn {
  readonly generation: number;
  readonly state: 'free' | 'held' | 'dead';
}

const pollMs = 25;

/**
 * A lock between processes of one machine, in a folder of its own. Each turn has a number and a file: `<n>.held` while
 * it lasts (its content says who holds it), `<n>.free` afterwards. A turn is taken by creating the next number's file,
 * which only one process can. Nobody ever removes a newer turn's file, so two that find a dead holder at the same
 * moment cannot both succeed it, as they could by removing one common lock file.
 */
export class GenerationLock {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Waits for its turn. @throws the signal's reason when it is aborted. */
  async acquire(signal?: AbortSignal): Promise<HeldLock> {
    const leave = await waitForTurn(this.#folder, signal);
    try {
      await mkdir(this.#folder, { recursive: true });
      const before = await this.#waitAndTake(signal);
      return await this.#hold(before, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @returns the turn before ours. */
  async #waitAndTake(signal: AbortSignal | undefined): Promise<Turn> {
    for (;;) {
      signal?.throwIfAborted();
      const turn = await this.#newest();
      if (turn.state === 'held') await sleep(pollMs);
      else if (await this.#take(turn.generation + 1)) return turn;
    }
  }

  async #newest(): Promise<Turn> {
    const turns = await this.#turns();
    const generation = Math.max(0, ...turns.map((turn) => turn.generation));
    const files = turns.filter((turn) => turn.generation === generation);
    if (generation === 0 || files.some((file) => file.suffix === 'free')) return { generation, state: 'free' };
    const owner = await this.#read(this.#file(generation, 'held'));
    // Our own number: this process holds nothing here (it is next in its own line), so the file is from a process
    // before us with the same number, as they repeat in containers.
    const isHeld = owner !== undefined && owner.pid !== process.pid && (await isAlive(owner));
    return { generation, state: isHeld ? 'held' : 'dead' };
  }

  async #take(generation: number): Promise<boolean> {
    const draft = join(this.#folder, `draft-${randomUUID()}`);
    const file = this.#file(generation, 'held');
    await writeFile(draft, JSON.stringify(await identify(process.pid)));
    try {
      await link(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
    if (await this.#isNewest(generation)) return true;
    // This process had slept since it looked: the turn is long over. Step back.
    await rm(file, { force: true });
    return false;
  }

  async #isNewest(generation: number): Promise<boolean> {
    const turns = await this.#turns();
    return turns.every(
      (turn) => turn.generation < generation || (turn.generation === generation && turn.suffix === 'held'),
    );
  }

  async #hold(before: Turn, leave: () => void): Promise<HeldLock> {
    const generation = before.generation + 1;
    if (before.state === 'dead') await this.#endHelper(before.generation);
    await this.#removeBefore(generation);
    return {
      predecessorDied: before.state === 'dead',
      noteHelper: async (pid) => writeFile(this.#file(generation, 'helper'), JSON.stringify(await identify(pid))),
      release: async () => {
        // The whole folder may have been removed meanwhile, by the holder itself.
        await rename(this.#file(generation, 'held'), this.#file(generation, 'free'))
          .catch(ignoreMissing)
          .finally(leave);
      },
    };
  }

  /** The dead holder's git goes on by itself and would write into the mirror beside ours. */
  async #endHelper(generation: number): Promise<void> {
    const helper = await this.#read(this.#file(generation, 'helper'));
    if (!helper || helper.start === '') return;
    for (let tries = 0; tries < 200 && (await isAlive(helper)); tries++) {
      try {
        process.kill(-helper.pid, 'SIGKILL');
      } catch {
        return;
      }
      await sleep(10);
    }
  }

  async #removeBefore(generation: number): Promise<void> {
    const old = (await this.#turns()).filter((turn) => turn.generation < generation);
    await Promise.all(old.map((turn) => rm(this.#file(turn.generation, turn.suffix), { force: true })));
  }

  async #turns(): Promise<{ generation: number; suffix: string }[]> {
    const names = await readdir(this.#folder);
    return names.flatMap((name) => {
      const match = /^(\d+)\.(held|free|helper)$/.exec(name);
      return match ? [{ generation: Number(match[1]), suffix: match[2]! }] : [];
    });
  }

  async #read(file: string): Promise<ProcessIdentity | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      const { pid, start } = value as ProcessIdentity;
      return Number.isSafeInteger(pid) && pid > 0 && typeof start === 'string' ? { pid, start } : undefined;
    } catch {
      return undefined;
    }
  }

  #file(generation: number, suffix: string): string {
    return join(this.#folder, `${generation}.${suffix}`);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
