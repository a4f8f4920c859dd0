import type { GitProcess } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { ObjectSum } from './object-sum.js';
import { readFault } from './read-fault.js';

/** At most this many large files are read at the same time; the others wait. */
export class BlobStreams {
  readonly #start: (id: string) => GitProcess;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(start: (id: string) => GitProcess, atOnce: number) {
    this.#start = start;
    this.#free = atOnce;
  }

  /**
   * The content of one blob, piece by piece, never more in memory than the reader leaves. It starts with the first
   * piece asked for and ends with the loop that reads it; a reader that stops early must leave the loop.
   * @throws {GitError} `killed` when git was ended by somebody, `exit` when it lacks memory
   * @throws {BrokenObject} when it has not exactly `sizeBytes`; at its end, when it is not what its id says: whoever took the pieces must let go of them
   */
  async *read(id: string, sizeBytes: number): AsyncGenerator<Uint8Array, void, void> {
    await this.#enter();
    const process = this.#start(id);
    const sum = new ObjectSum(id, 'blob', sizeBytes);
    let received = 0;
    try {
      for await (const chunk of process.stdout as AsyncIterable<Buffer>) {
        received += chunk.length;
        sum.update(chunk);
        yield chunk;
      }
      if (received !== sizeBytes) {
        // Git gives up at an object that is damaged (R23B-1).
        const exitCode = await process.ended;
        const what = `git gave ${received} bytes of ${id}, and had listed ${sizeBytes}`;
        throw exitCode === undefined ? new GitError('killed', [what]) : readFault(process, exitCode, what);
      }
      const fault = sum.fault();
      if (fault) throw fault;
    } finally {
      process.kill();
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
