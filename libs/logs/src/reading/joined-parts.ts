import { setImmediate as nextTurn } from 'node:timers/promises';

/** What is handed on together. An entry may be a byte, and each part is a write of its own. */
const partBytes = 16_384;
/** After so long others have their turn: a part of the archive may be fifty thousand entries. */
const longestTurnMs = 2;

/** The same bytes in larger parts. Waits for what follows, so it is for what is stored. */
export async function* joinedParts(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const joiner = new PartJoiner();
  let sinceMs = performance.now();
  for await (const part of parts) {
    if (joiner.add(part)) yield joiner.cut();
    if (performance.now() - sinceMs < longestTurnMs) continue;
    await nextTurn();
    sinceMs = performance.now();
  }
  if (!joiner.isEmpty) yield joiner.cut();
}

/** The same of parts that are there, made one by one. */
export function* joinedNow(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  const joiner = new PartJoiner();
  for (const part of parts) if (joiner.add(part)) yield joiner.cut();
  if (!joiner.isEmpty) yield joiner.cut();
}

class PartJoiner {
  private parts: Uint8Array[] = [];
  private bytes = 0;

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  /** @returns whether it is enough */
  add(part: Uint8Array): boolean {
    if (part.length > 0) this.parts.push(part);
    this.bytes += part.length;
    return this.bytes >= partBytes;
  }

  cut(): Uint8Array {
    const [first] = this.parts;
    const joined = this.parts.length === 1 ? first! : Buffer.concat(this.parts);
    this.parts = [];
    this.bytes = 0;
    return joined;
  }
}
