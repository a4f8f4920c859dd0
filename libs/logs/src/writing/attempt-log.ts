import { BuildFailure, encodeLogNotice, type LogEntry, type LogNotice } from '@cooperage/domain';
import { OutputLimit } from '../limits/output-limit.js';
import type { SecretMasker } from '../masking/secret-masker.js';
import { ArchiveWriter, type WriteOutcome } from './archive-writer.js';
import { Batcher, entryBytes } from './batcher.js';
import { logStart } from './chunk-packer.js';
import { LivePublisher } from './live-publisher.js';
import type { LogWriter, LogWriterOptions, LogWriterStats } from './log-writer.js';
import { maskNotice } from './masked-notice.js';
import { MaskedStreams, type StepStream } from './masked-streams.js';
import { Sequencer } from './sequencer.js';

/** Memory that may wait for the archive before the build has to wait. */
const mostPendingBytes = 4_194_304;

/** The road of one attempt's log, put together: masker, output limit, sequencer, batcher, live bus and archive. */
export class AttemptLog implements LogWriter {
  private readonly masker: SecretMasker;
  private readonly streams: MaskedStreams;
  private readonly limit: OutputLimit;
  private readonly sequencer: Sequencer;
  private readonly batcher: Batcher;
  private readonly live: LivePublisher;
  private readonly archive: ArchiveWriter;
  private reportedDroppedBytes = 0;
  private calls: Promise<unknown> = Promise.resolve();
  private closing: Promise<WriteOutcome> | undefined;

  constructor(private readonly options: LogWriterOptions) {
    const { attemptId, epoch, clock, limits, start: position = logStart, onFenced } = options;
    this.masker = options.masker;
    this.streams = new MaskedStreams(this.masker);
    this.limit = new OutputLimit(limits.outputBytes, position.textBytes);
    this.sequencer = new Sequencer(clock, position.nextN);
    this.live = new LivePublisher(options.liveBus, attemptId);
    this.archive = new ArchiveWriter({
      attemptId,
      epoch,
      clock,
      position,
      onFenced,
      store: options.chunkStore,
      pendingBytes: Math.min(limits.pendingBytes ?? mostPendingBytes, mostPendingBytes),
      onError: options.onArchiveError ?? (() => {}),
    });
    this.batcher = new Batcher((batch) => {
      if (this.archive.ended) return;
      this.live.publish(batch.bytes);
      this.archive.add(batch);
    }, clock);
  }

  output(step: number, stream: StepStream, bytes: Uint8Array): Promise<void> {
    return this.inOrder(() => this.takeOutput(step, stream, bytes));
  }

  notice(notice: LogNotice): Promise<void> {
    return this.inOrder(() => this.putNotice(0, notice));
  }

  endStep(step: number): Promise<void> {
    return this.inOrder(() => this.finishStep(step));
  }

  close(options: { readonly keepOpen?: boolean } = {}): Promise<WriteOutcome> {
    this.closing ??= this.queue(() => this.finish(options.keepOpen ?? false));
    return this.closing;
  }

  abandon(): void {
    this.archive.abandon();
    this.batcher.discard();
  }

  stats(): LogWriterStats {
    return {
      nextN: this.sequencer.nextN,
      droppedBytes: this.limit.droppedBytes,
      pendingBytes: this.archive.pendingBytes,
      chunks: this.archive.chunks,
      archiveFailures: this.archive.failures,
      liveFrames: this.live.frames,
      liveFramesDropped: this.live.dropped,
      masked: this.masker.hits(),
    };
  }

  private inOrder(call: () => Promise<void>): Promise<void> {
    if (this.closing) return Promise.reject(new Error('the log is closed'));
    return this.queue(call);
  }

  private queue<T>(call: () => Promise<T>): Promise<T> {
    const result = this.calls.then(call);
    this.calls = result.catch(() => {});
    return result;
  }

  private async takeOutput(step: number, stream: StepStream, bytes: Uint8Array): Promise<void> {
    if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`not a step: ${step}`);
    for (let at = 0; at < bytes.length && !this.archive.ended; at += entryBytes) {
      this.putText(step, stream, this.streams.push(step, stream, bytes.subarray(at, at + entryBytes)));
      await this.archive.room();
    }
  }

  private async finishStep(step: number): Promise<void> {
    for (const { stream, bytes } of this.streams.finish(step)) this.putText(step, stream, bytes);
    await this.archive.room();
  }

  private async finish(keepOpen: boolean): Promise<WriteOutcome> {
    for (const step of this.streams.steps) await this.finishStep(step);
    this.reportDropped(0);
    this.batcher.flush();
    const outcome = await this.archive.finish(keepOpen);
    if (outcome === 'stored' && !keepOpen) this.live.nudge();
    return outcome;
  }

  private putText(step: number, stream: StepStream, masked: Uint8Array): void {
    const wasWhole = this.limit.droppedBytes === 0;
    const text = this.limit.admit(masked);
    for (let at = 0; at < text.length; at += entryBytes)
      this.put({ kind: 'text', step, stream, data: text.subarray(at, at + entryBytes) });
    if (wasWhole && this.limit.droppedBytes > 0) this.cut(step);
  }

  /** The first notice stands where the cut is; the last one, at the end, has the total. */
  private cut(step: number): void {
    this.reportDropped(step);
    const { limitBytes } = this.limit;
    this.options.onLimit(new BuildFailure('OutputLimit', `The build printed more than ${limitBytes} bytes.`));
  }

  private reportDropped(step: number): void {
    const { droppedBytes, limitBytes } = this.limit;
    if (droppedBytes === this.reportedDroppedBytes) return;
    this.reportedDroppedBytes = droppedBytes;
    this.put({ kind: 'notice', step, stream: 0, data: encodeLogNotice({ code: 'clipped', droppedBytes, limitBytes }) });
  }

  private async putNotice(step: number, notice: LogNotice): Promise<void> {
    const masked = maskNotice(notice, (text) => this.masker.maskText(text));
    this.put({ kind: 'notice', step, stream: 0, data: encodeLogNotice(masked) });
    await this.archive.room();
  }

  private put(content: Pick<LogEntry, 'kind' | 'step' | 'stream' | 'data'>): void {
    if (!this.archive.ended) this.batcher.add(this.sequencer.entry(content));
  }
}
