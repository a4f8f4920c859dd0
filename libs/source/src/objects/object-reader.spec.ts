import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { IdleReaders } from './idle-readers.js';
import { ObjectReader } from './object-reader.js';

/** Of the blob `x`. */
const id = 'c1b0730e0133447badcfd47fd144e254807b06e1';
const answer = `${id} blob 1\nx\n`;

/** Readers of processes that answer when they are let. */
class Readers {
  running = 0;
  readonly outputs: PassThrough[] = [];
  readonly #idle = new IdleReaders(2);

  make(idleMs = 60_000): ObjectReader {
    const start = () => {
      const [stdin, stdout, gone] = [new PassThrough(), new PassThrough(), Promise.withResolvers<undefined>()];
      this.running++;
      this.outputs.push(stdout);
      let isKilled = false;
      const kill = () => {
        if (!isKilled) this.running--;
        isKilled = true;
        gone.resolve(undefined);
      };
      return { stdin: stdin.resume(), stdout, ended: gone.promise, lines: () => [], kill };
    };
    return new ObjectReader({ start, idleMs, idle: this.#idle });
  }

  answer(): void {
    for (const output of this.outputs) output.write(answer);
  }
}

describe('R5-B8 the kept processes of many readers', () => {
  let readers: Readers;
  beforeEach(() => {
    readers = new Readers();
  });

  it('R5-B8 are ended beyond the limit, the one that waited longest first', async () => {
    const [first, second, third] = [readers.make(), readers.make(), readers.make()] as const;
    for (const reader of [first, second, third]) {
      const read = reader.read(id, 10);
      readers.outputs.at(-1)!.write(answer);
      await read;
    }
    expect(readers.running).toBe(2);
    // The second one still runs; the first one starts anew, and the third one ends for it.
    const again = second.read(id, 10);
    readers.outputs[1]!.write(answer);
    await again;
    expect(readers.outputs).toHaveLength(3);
    const anew = first.read(id, 10);
    readers.outputs[3]!.write(answer);
    expect((await anew).content.toString()).toBe('x');
    expect(readers.running).toBe(2);
  });

  it('R5-B8 are not ended while a question is open', async () => {
    const all = [readers.make(), readers.make(), readers.make(), readers.make()];
    const reads = all.map((reader) => reader.read(id, 10));
    expect(readers.running).toBe(4);
    readers.answer();
    expect((await Promise.all(reads)).map((object) => object.type)).toEqual(Array(4).fill('blob'));
    expect(readers.running).toBe(2);
    await Promise.all(all.map((reader) => reader.close()));
    expect(readers.running).toBe(0);
  });
});
