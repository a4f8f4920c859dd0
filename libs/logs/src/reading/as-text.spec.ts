import { encodeLogNotice, type LogEntry } from '@cooperage/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asJsonLines, asText } from './as-text.js';

const entry = (n: number, data: Uint8Array, change: Partial<LogEntry> = {}): LogEntry => {
  return { n, atMs: n * 10, kind: 'text', step: 2, stream: 1, data, ...change };
};
const notice = entry(1, encodeLogNotice({ code: 'message', text: 'hello' }), { kind: 'notice', step: 0, stream: 0 });

async function join(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

describe('a log as a download', () => {
  it('S-090 is as text exactly the bytes that were printed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (parts) => {
        const entries = parts.map((data, n) => entry(n, data));
        expect((await join(asText([notice, ...entries]))).equals(Buffer.concat(parts))).toBe(true);
      }),
    );
  });

  it('S-090 is as JSON lines readable and exact, too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array(),
            fc.string().map((text) => Buffer.from(text)),
          ),
        ),
        async (parts) => {
          const lines = (
            await join(
              asJsonLines(
                1,
                parts.map((data, n) => entry(n, data)),
              ),
            )
          )
            .toString()
            .split('\n');
          expect(lines.pop()).toBe('');
          const back = lines.map((line) => JSON.parse(line) as { text: string; base64?: string });
          const bytes = back.map(({ text, base64 }) =>
            base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64'),
          );
          expect(bytes.map((each, index) => each.equals(parts[index]!))).toEqual(parts.map(() => true));
        },
      ),
    );
  });

  it('says in JSON where an entry comes from, and what a notice says', async () => {
    const odd = entry(2, Uint8Array.of(0x61, 0xff, 0x0a), { stream: 2 });
    const lines = (await join(asJsonLines(3, [entry(0, Buffer.from('a\n')), notice, odd])))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { attempt: 3, n: 0, atMs: 0, step: 2, stream: 1, text: 'a\n' },
      { attempt: 3, n: 1, atMs: 10, step: 0, notice: { code: 'message', text: 'hello' } },
      { attempt: 3, n: 2, atMs: 20, step: 2, stream: 2, text: 'a\ufffd\n', base64: 'Yf8K' },
    ]);
  });
});
