import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { demand } from '../measure/inexact.js';

const linesOfPipeline = 16;

/** The peer of the archive: each line an entry of a Redis stream, 16 in a pipeline, in the Redis of the product. */
export class AppendedStream {
  private readonly redis: Redis;

  constructor(url: string) {
    this.redis = new Redis(url, { lazyConnect: true });
  }

  /** How the Redis keeps what it has: printed beside the number. */
  async durability(): Promise<string> {
    const values = await Promise.all(['appendonly', 'appendfsync'].map((name) => this.redis.config('GET', name)));
    return values.map((value) => (value as string[]).join(' ')).join(', ');
  }

  /** @returns milliseconds until Redis has all of them @throws {Inexact} when one is missing afterwards */
  async append(lines: readonly Buffer[]): Promise<number> {
    const key = `bench:${randomBytes(4).toString('hex')}`;
    const beganMs = performance.now();
    for (let at = 0; at < lines.length; at += linesOfPipeline) {
      const pipeline = this.redis.pipeline();
      for (const line of lines.slice(at, at + linesOfPipeline)) pipeline.xadd(key, '*', 'l', line);
      await pipeline.exec();
    }
    const tookMs = performance.now() - beganMs;
    const length = await this.redis.xlen(key);
    demand(length === lines.length, `the stream has ${length} of ${lines.length} lines`);
    await this.redis.unlink(key);
    return tookMs;
  }

  async close(): Promise<void> {
    await this.redis.quit();
  }
}
