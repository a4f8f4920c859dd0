import { demand } from '../../measure/inexact.js';

/** One line of the ticking step, as somebody received it. */
export interface Tick {
  readonly number: number;
  /** From the stamp that the step wrote into the line to the arrival. */
  readonly latencyMs: number;
}

/** Whoever shows lines to people puts the step's number and time in front. */
const linePattern = /^(?:#\d+ [\d.]+ )?tick (\d+) (\d+)[.,](\d{6})$/;

/** Reads the lines of the ticking step from whatever pieces they come in. */
export class TickReader {
  readonly ticks: Tick[] = [];
  private rest = '';

  /** @param atMs when the piece arrived, wall clock */
  push(bytes: Uint8Array, atMs: number): void {
    const lines = (this.rest + Buffer.from(bytes).toString('latin1')).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.line(line.trim(), atMs);
  }

  /** @throws {Inexact} unless every line came, once and in order */
  check(who: string, count: number): readonly Tick[] {
    const wrong = this.ticks.findIndex((tick, at) => tick.number !== at);
    demand(wrong < 0, `${who}: line ${wrong} is ${this.ticks[wrong]?.number}`);
    demand(this.ticks.length === count, `${who}: ${this.ticks.length} lines of ${count}`);
    return this.ticks;
  }

  private line(text: string, atMs: number): void {
    const [, number, seconds, fraction] = linePattern.exec(text) ?? [];
    if (number === undefined) return;
    const stampMs = Number(seconds) * 1000 + Number(fraction) / 1000;
    this.ticks.push({ number: Number(number), latencyMs: atMs - stampMs });
  }
}

/** The files of a build whose step waits for its viewers and then writes a stamped line every ten milliseconds. */
export function tickingTree(lines: number, nonce: string): Record<string, string> {
  return {
    Dockerfile: 'FROM debian:bookworm\nCOPY tick.sh /tick.sh\nRUN bash /tick.sh\n',
    'tick.sh': `# ${nonce}
sleep 2
for ((i = 0; i < ${lines}; i++)); do
  printf 'tick %d %s\\n' "$i" "$EPOCHREALTIME"
  sleep 0.01
done
`,
  };
}
