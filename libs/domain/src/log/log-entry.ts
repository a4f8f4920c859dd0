/** One entry of a build's log: the unit that is numbered, masked, stored, sent and shown. */
export const logKinds = ['text', 'notice'] as const;
export type LogKind = (typeof logKinds)[number];

/** 1 standard output, 2 standard error, 0 for notices. */
export type LogStream = 0 | 1 | 2;

export interface LogEntry {
  /**
   * Sequence number inside the attempt, from 0. The cursor of a log is (attempt, n). A writer leaves no gap; a lost
   * worker leaves one hole, which its `attempt_lost` notice ends.
   */
  readonly n: number;
  /** Milliseconds since the attempt was claimed, never negative, never less than in the entry before. */
  readonly atMs: number;
  /**
   * `text`: bytes that a step printed. `notice`: the service speaks (see `LogNotice`). The channels are apart, so that
   * no step's output can pass for the service's word.
   */
  readonly kind: LogKind;
  /** Ordinal of the step inside the attempt, from 1; 0 for the build as a whole. */
  readonly step: number;
  readonly stream: LogStream;
  /** Bytes exactly as printed (secrets masked); may hold parts of lines, many lines, and invalid UTF-8. */
  readonly data: Uint8Array;
}

export type LogNotice =
  /** Output was cut here. The last such notice of a log has the total; `droppedBytes` counts from the first cut on. */
  | { readonly code: 'clipped'; readonly droppedBytes: number; readonly limitBytes: number }
  | { readonly code: 'message'; readonly text: string }
  | { readonly code: 'attempt_lost'; readonly reason: string };
