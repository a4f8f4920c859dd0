import type { MaskingStream } from '../masking/masking-stream.js';
import type { SecretMasker } from '../masking/secret-masker.js';

/** Standard output or standard error of a step. */
export type StepStream = 1 | 2;

const stepStreams: readonly StepStream[] = [1, 2];

/** One masking stream for each (step, stream): a secret is found across the parts of one, never across two. */
export class MaskedStreams {
  private readonly open = new Map<number, Partial<Record<StepStream, MaskingStream>>>();

  constructor(private readonly masker: SecretMasker) {}

  push(step: number, stream: StepStream, bytes: Uint8Array): Uint8Array {
    const streams = this.open.get(step) ?? {};
    this.open.set(step, streams);
    streams[stream] ??= this.masker.open();
    return streams[stream].push(bytes);
  }

  /** What was held back of the step's output. */
  *finish(step: number): Generator<{ readonly stream: StepStream; readonly bytes: Uint8Array }> {
    const streams = this.open.get(step);
    this.open.delete(step);
    for (const stream of stepStreams) {
      const bytes = streams?.[stream]?.finish();
      if (bytes && bytes.length > 0) yield { stream, bytes };
    }
  }

  /** Steps that have printed and not ended. */
  get steps(): readonly number[] {
    return [...this.open.keys()];
  }
}
