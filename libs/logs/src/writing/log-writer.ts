import type { BuildFailure, LogNotice } from '@cooperage/domain';
import type { SecretMasker } from '../masking/secret-masker.js';
import type { ChunkStore, LiveBus } from '../ports.js';
import type { WriteOutcome } from './archive-writer.js';
import { AttemptLog } from './attempt-log.js';
import type { LogPosition } from './chunk-packer.js';
import type { StepStream } from './masked-streams.js';
import type { LogClock } from './sequencer.js';

export interface LogWriterOptions {
  readonly attemptId: string;
  readonly epoch: number;
  /** Of everything that must not be seen; its tables are large, so a caller who masks other texts too shares them. */
  readonly masker: SecretMasker;
  readonly clock: LogClock;
  readonly chunkStore: ChunkStore;
  readonly liveBus: LiveBus;
  readonly limits: {
    /** Bytes of text that the log may hold; the rest is counted and dropped, with a `clipped` notice. */
    readonly outputBytes: number;
    /** Memory that may wait for the archive before the build has to wait; 4 MiB when missing, which is also the most. */
    readonly pendingBytes?: number;
  };
  /** Where the log stands, for a writer that goes on where another stopped (see `close`); its start when missing. */
  readonly start?: LogPosition;
  /** The output limit was reached, told once. The log goes on taking notices; whether the build ends is up to the caller. */
  readonly onLimit: (failure: BuildFailure) => void;
  /** Another epoch owns this log, told once. Everything from now on is dropped; the caller should stop its work. */
  readonly onFenced: () => void;
  /** The archive could not be reached; the same call is tried again by itself. */
  readonly onArchiveError?: (error: unknown) => void;
}

export interface LogWriterStats {
  readonly nextN: number;
  /** Bytes dropped by the output limit. */
  readonly droppedBytes: number;
  /** Memory that waits for the archive. */
  readonly pendingBytes: number;
  readonly chunks: number;
  readonly archiveFailures: number;
  readonly liveFrames: number;
  /** Frames that the bus did not take. Viewers get them from the archive. */
  readonly liveFramesDropped: number;
  /** How often each secret was masked, by name. */
  readonly masked: Readonly<Record<string, number>>;
}

/**
 * The way of one attempt's output from the engine to viewers and archive. Calls take effect in the order in which they
 * are made. A promise resolves when there is room for more: await it before reading on from the engine.
 */
export interface LogWriter {
  /**
   * Takes what a step printed, cut anywhere. The bytes must not be changed afterwards.
   * @param step ordinal of the step, from 1; 0 for output that belongs to none.
   */
  output(step: number, stream: StepStream, bytes: Uint8Array): Promise<void>;
  /** The service's own word; secrets in it are masked too. */
  notice(notice: LogNotice): Promise<void>;
  /** The step prints no more: releases what was held back in case that it becomes a secret. */
  endStep(step: number): Promise<void>;
  /**
   * Brings everything into the archive and ends the log; with `keepOpen` another writer may go on from there (with the
   * store's `tail` as `start`). Waits as long as the archive cannot be reached; `abandon` ends that.
   */
  close(options?: { readonly keepOpen?: boolean }): Promise<WriteOutcome>;
  /** Gives up at once what is not stored yet, for an attempt that lost its lease. */
  abandon(): void;
  stats(): LogWriterStats;
}

export function openLogWriter(options: LogWriterOptions): LogWriter {
  return new AttemptLog(options);
}
