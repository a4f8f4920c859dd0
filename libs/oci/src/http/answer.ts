import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Digest, GrowingBuffer } from '@cooperage/domain';
import type { Dispatcher } from 'undici';
import { invalidAnswer } from '../registry-error.js';
import type { Deadline } from './deadline.js';

/** What is read away to keep a connection; more is cheaper to cut off. */
const maxDrainBytes = 65_536;

/** One answer of the registry. Exactly one of `bytes`, `verifiedStream` and `discard` must be called at its end. */
export class Answer {
  readonly status: number;
  readonly #headers: Dispatcher.ResponseData['headers'];
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #deadline: Deadline;
  readonly #what: string;

  constructor(response: Dispatcher.ResponseData, deadline: Deadline, what: string) {
    this.status = response.statusCode;
    this.#headers = response.headers;
    this.#body = response.body;
    this.#deadline = deadline;
    this.#what = what;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Media type without parameters. */
  get contentType(): string {
    return (this.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  }

  get contentLength(): number | undefined {
    const value = this.header('content-length');
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  /** @throws {RegistryError} `invalid` with code `TOO_LARGE`, or `unavailable` when the connection breaks. */
  async bytes(maxBytes: number): Promise<Buffer> {
    // The server says how long it is and in which parts it comes, and a part of one byte is an object of some hundred (R19A-3).
    const body = new GrowingBuffer(maxBytes);
    for await (const chunk of this.#chunks(maxBytes)) body.add(chunk);
    return body.toBuffer();
  }

  /** The body; errors as `bytes` does, and with code `DIGEST_MISMATCH` at its end unless it is what `digest` says. */
  verifiedStream(digest: Digest, maxBytes: number): Readable {
    this.#deadline.stopClock();
    return Readable.from(this.#verified(digest, maxBytes), { objectMode: false });
  }

  /** Reads the body away, so that the connection can serve the next call. */
  async discard(): Promise<void> {
    try {
      await this.drain();
    } catch (error) {
      throw this.#deadline.explain(error, this.#what);
    } finally {
      this.#deadline.stop();
    }
  }

  /** As `discard`, for an answer after which the same call goes on. */
  async drain(): Promise<void> {
    await this.#body.dump({ limit: maxDrainBytes, signal: this.#deadline.signal });
  }

  async *#chunks(maxBytes: number): AsyncGenerator<Buffer> {
    let size = 0;
    try {
      if ((this.contentLength ?? 0) > maxBytes) throw this.#tooLarge(maxBytes);
      for await (const chunk of this.#body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw this.#tooLarge(maxBytes);
        yield chunk;
      }
    } catch (error) {
      throw this.#deadline.explain(error, this.#what);
    } finally {
      this.#body.on('error', () => {}).destroy();
      this.#deadline.stop();
    }
  }

  async *#verified(digest: Digest, maxBytes: number): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const chunk of this.#chunks(maxBytes)) {
      hash.update(chunk);
      yield chunk;
    }
    if (`sha256:${hash.digest('hex')}` !== digest) throw digestMismatch(this.#what, digest);
  }

  #tooLarge(maxBytes: number): Error {
    return invalidAnswer(`${this.#what}: the answer is larger than ${maxBytes} bytes`, 'TOO_LARGE');
  }
}

export function digestMismatch(what: string, digest: Digest): Error {
  return invalidAnswer(`${what}: the bytes are not those of ${digest}`, 'DIGEST_MISMATCH');
}
