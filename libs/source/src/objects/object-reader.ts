import type { GitProcess } from '../git/git-command.js';
import { GitError } from '../git/git-error.js';
import { BatchParser, type GitObject, type WantedObject } from './batch-parser.js';
import type { IdleReaders } from './idle-readers.js';
import { readFault } from './read-fault.js';

interface Waiting extends WantedObject {
  readonly resolve: (object: GitObject) => void;
  readonly reject: (error: Error) => void;
}

export interface ObjectReaderOptions {
  /** Starts `git cat-file --batch` on the repository. */
  readonly start: () => GitProcess;
  /** The process ends after this long without a question. */
  readonly idleMs: number;
  /** Told when the reader waits for a question: it may end the reader earlier. */
  readonly idle: IdleReaders;
}

/**
 * Reads objects through one kept `git cat-file --batch`: questions are sent at once, answers come in the same order.
 * For objects that fit into memory; a large one is read by `streamBlob`, so that one slow reader never holds up the rest.
 */
export class ObjectReader {
  readonly #options: ObjectReaderOptions;
  #process: GitProcess | undefined;
  #waiting: Waiting[] = [];
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
  }

  /**
   * @param id of an object that something in the repository names, so that it has to be there
   * @throws {ObjectTooLarge} beyond `maxBytes`; nothing of it is kept in memory
   * @throws {BrokenObject} when it is not there, or is not what its id says; {GitError} when git lacks memory for it, or was ended
   */
  read(id: string, maxBytes: number): Promise<GitObject> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting();
      const process = this.#running();
      this.#waiting.push({ id, maxBytes, resolve, reject });
      process.stdin.write(`${id}\n`);
    });
  }

  /** Ends the kept process, if there is one. Open questions fail. */
  async close(): Promise<void> {
    this.#stopWaiting();
    const process = this.#process;
    this.#process = undefined;
    process?.stdin.end();
    process?.kill();
    await process?.ended;
  }

  #running(): GitProcess {
    if (this.#process) return this.#process;
    const process = this.#options.start();
    const waiting: Waiting[] = [];
    const parser = new BatchParser({
      wanted: () => waiting[0],
      onObject: (object) => this.#answer(waiting, (next) => next.resolve(object)),
      onError: (error) => this.#answer(waiting, (next) => next.reject(error)),
    });
    this.#waiting = waiting;
    this.#process = process;
    process.stdout.on('data', (chunk: Buffer) => parser.push(chunk));
    void process.ended.then((exitCode) => this.#onEnd(process, waiting, exitCode));
    return process;
  }

  #answer(waiting: Waiting[], settle: (next: Waiting) => void): void {
    const next = waiting.shift();
    if (next) settle(next);
    if (waiting.length > 0) return;
    this.#stopWaiting();
    if (waiting !== this.#waiting || this.#process === undefined) return;
    this.#idleTimer = setTimeout(() => void this.close(), this.#options.idleMs).unref();
    this.#options.idle.add(this);
  }

  #stopWaiting(): void {
    clearTimeout(this.#idleTimer);
    this.#options.idle.delete(this);
  }

  #onEnd(process: GitProcess, waiting: Waiting[], exitCode: number | undefined): void {
    if (this.#process === process) {
      this.#process = undefined;
      this.#stopWaiting();
    }
    // Git gives up at an object that is damaged. Those behind it are asked for again.
    const [first, ...others] = waiting.splice(0);
    const ended = new GitError('killed', ['git cat-file ended before it answered']);
    first?.reject(exitCode ? readFault(process, exitCode, `git could not read ${first.id}`) : ended);
    for (const next of others) next.reject(ended);
  }
}
