/** Every call of the registry client takes these. */
export interface CallOptions {
  /** Ends the call at once; the call then throws `signal.reason`. */
  readonly signal?: AbortSignal;
  /**
   * Time for the whole call in milliseconds; an upload has a second more for each MB. For streams: until the first byte,
   * then the longest silence.
   */
  readonly timeoutMs?: number;
}
