import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import type { SourceLimits } from '../source-limits.js';
import { shallowBytes } from './bare-repository.js';

const pollMs = 200;

/**
 * Watches one fetch from outside: bytes and objects received so far, the rate, and at its end how often the history is cut. Git has
 * no limit of its own for what a remote may send (S-029, S-030 of the threat list). How full the disk is, `aboveFloor` looks at.
 */
export class FetchWatch {
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #gitDir: string;
  readonly #packFolder: string;
  readonly #limits: SourceLimits;
  readonly #host: string;
  readonly #timer: NodeJS.Timeout;
  #isReceived = false;
  #windowStart = performance.now();
  #windowBytes = 0;
  #bytes = 0;
  #before: ReadonlySet<string> = new Set();
  #shallowBytesBefore = 0;

  private constructor(gitDir: string, host: string, limits: SourceLimits) {
    this.signal = this.#abort.signal;
    this.#gitDir = gitDir;
    this.#packFolder = join(gitDir, 'objects', 'pack');
    this.#limits = limits;
    this.#host = host;
    this.#timer = setInterval(() => void this.#look(), pollMs);
  }

  static async start(gitDir: string, host: string, limits: SourceLimits): Promise<FetchWatch> {
    const watch = new FetchWatch(gitDir, host, limits);
    watch.#before = new Set((await packSizes(watch.#packFolder, (name) => name.endsWith('.pack'))).keys());
    watch.#shallowBytesBefore = await shallowBytes(gitDir);
    return watch;
  }

  /** One line of git's progress: the pack's head says how many objects will come. */
  readonly onProgress = (line: string): void => {
    const match = /^Receiving objects: +(\d+)% \(\d+\/(\d+)\)/.exec(line);
    if (!match) {
      this.#isReceived ||= !line.startsWith('Receiving');
      return;
    }
    if (match[1] === '100') this.#isReceived = true;
    if (Number(match[2]) > this.#limits.maxObjects)
      this.#abort.abort(this.#tooLarge(`${this.#limits.maxObjects} objects`));
  };

  /**
   * Looks a last time, at what a quick remote sent between two looks.
   * @throws {BuildFailure} `SourceTooLarge`; the pack is in the repository by then.
   */
  async checkEnd(): Promise<void> {
    const { maxShallowBytes } = this.#limits;
    if ((await shallowBytes(this.#gitDir)) - this.#shallowBytesBefore > maxShallowBytes)
      throw new BuildFailure('SourceTooLarge', `The git host ${this.#host} cuts the history at too many commits.`);
    const packs = await packSizes(this.#packFolder, (name) => name.endsWith('.pack'));
    for (const [name, bytes] of packs)
      if (!this.#before.has(name) && bytes > this.#limits.maxPackBytes)
        throw this.#tooLarge(`${this.#limits.maxPackBytes} bytes`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const growing = await packSizes(this.#packFolder, (name) => name.startsWith('tmp_pack_'));
    this.#bytes = Math.max(this.#bytes, ...growing.values());
    if (this.#bytes > this.#limits.maxPackBytes)
      this.#abort.abort(this.#tooLarge(`${this.#limits.maxPackBytes} bytes`));
    this.#checkRate();
  }

  /** Only while bytes come in: what follows (resolving deltas, checking) is our own work. */
  #checkRate(): void {
    const elapsedMs = performance.now() - this.#windowStart;
    // A little longer than curl's own rule for http, whose message says more.
    if (this.#isReceived || elapsedMs < this.#limits.slowWindowMs * 1.2) return;
    const received = this.#bytes - this.#windowBytes;
    if ((received * 1000) / elapsedMs < this.#limits.minBytesPerSecond)
      this.#abort.abort(new BuildFailure('SourceUnavailable', `The git host ${this.#host} sent its data too slowly.`));
    this.#windowStart = performance.now();
    this.#windowBytes = this.#bytes;
  }

  #tooLarge(limit: string): BuildFailure {
    return new BuildFailure('SourceTooLarge', `The commit is larger than the limit of ${limit} for one fetch.`);
  }
}

async function packSizes(folder: string, isWanted: (name: string) => boolean): Promise<Map<string, number>> {
  const names = (await readdir(folder).catch(() => [])).filter(isWanted);
  const sizeOf = (name: string): Promise<number> =>
    stat(join(folder, name)).then(
      (file) => file.size,
      () => 0,
    );
  return new Map(await Promise.all(names.map(async (name) => [name, await sizeOf(name)] as const)));
}
