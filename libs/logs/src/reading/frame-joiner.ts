import { deflateRawSync } from 'node:zlib';
import type { LogFrame } from './log-frame.js';

/** So long a log that prints fast is held back, so that its viewers get few large frames instead of many small ones. */
const pauseMs = 100;
/** A log that prints less than this in a pause is passed on at once. At most so much is joined in one frame, too. */
const calmBytes = 16_384;
const mostBytes = 131_072;

/**
 * Passes live frames on at once while a log prints no faster than a person can read, and in pauses when it does: what a frame
 * costs for each viewer hardly depends on its size. Frames are joined where one begins at the end of the other, and packed
 * once: what is sent to each viewer, and passed on by the public origin, is a tenth of the text then.
 */
export class FrameJoiner {
  private waiting: LogFrame[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private windowEndsMs = 0;
  private windowBytes = 0;

  constructor(private readonly pass: (frame: LogFrame) => void) {}

  take(frame: LogFrame): void {
    const nowMs = performance.now();
    if (nowMs >= this.windowEndsMs) this.beginWindow(nowMs);
    this.windowBytes += frame.bytes.length;
    if (this.waiting.length === 0 && this.windowBytes <= calmBytes) {
      this.pass(frame);
      return;
    }
    const isNext = this.waiting.at(-1)?.nextN === frame.firstN;
    if (!isNext || this.waitingBytes + frame.bytes.length > mostBytes) this.flush();
    this.waiting.push(frame);
    this.waitingBytes += frame.bytes.length;
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.windowEndsMs - nowMs));
  }

  /** Passes on what waits. */
  flush(): void {
    const { waiting } = this;
    this.stop();
    if (waiting.length === 0) return;
    const bytes = waiting.length === 1 ? waiting[0]!.bytes : Buffer.concat(waiting.map((frame) => frame.bytes));
    const span = { firstN: waiting[0]!.firstN, nextN: waiting.at(-1)!.nextN };
    // The fastest level: a longer search would cost more than it saves.
    this.pass({ ...span, bytes, packed: deflateRawSync(bytes, { level: 1 }) });
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** Bytes of the window before count by half: one that prints fast all the time does not begin each window with a small frame. */
  private beginWindow(nowMs: number): void {
    const isSustained = nowMs < this.windowEndsMs + pauseMs;
    this.windowBytes = isSustained ? this.windowBytes >> 1 : 0;
    this.windowEndsMs = nowMs + pauseMs;
  }
}
