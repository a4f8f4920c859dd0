import { decodeLogNotice, type LogEntry } from '@cooperage/domain';

type Entries = Iterable<LogEntry> | AsyncIterable<LogEntry>;

/** The log as plain text: what the steps printed, byte for byte, in the order of its entries. Notices are left out. */
export async function* asText(entries: Entries): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) if (entry.kind === 'text') yield entry.data;
}

/**
 * The log as JSON lines (one object a line, UTF-8):
 * `{"attempt","n","atMs","step","stream","text"}`, with `"base64"` beside a `text` whose bytes are no UTF-8 by themselves,
 * and `{"attempt","n","atMs","step","notice"}`.
 * @param attempt number of the attempt, from 1
 */
export async function* asJsonLines(attempt: number, entries: Entries): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield Buffer.from(`${JSON.stringify({ attempt, ...jsonOf(entry) })}\n`);
}

/** An entry as an object of JSON. */
export function jsonOf({ n, atMs, step, kind, stream, data }: LogEntry): object {
  if (kind === 'notice') return { n, atMs, step, notice: decodeLogNotice(data) ?? null };
  const text = Buffer.from(data).toString();
  const isExact = Buffer.from(text).equals(data);
  return { n, atMs, step, stream, text, ...(!isExact && { base64: Buffer.from(data).toString('base64') }) };
}
