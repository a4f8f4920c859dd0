import { LogHub, type LogHubOptions } from './log-hub.js';
import type { LogEvent } from './viewer-feed.js';

export interface FollowLogOptions extends Omit<LogHubOptions, 'lingerMs'> {
  readonly attemptId: string;
  /** Number of the first entry that is wanted. */
  readonly fromN: number;
  readonly signal: AbortSignal;
}

/** Follows one log by itself; see `LogHub.follow`, which serves many. */
export function followLog({ attemptId, fromN, signal, ...options }: FollowLogOptions): AsyncGenerator<LogEvent> {
  return new LogHub({ ...options, lingerMs: 0 }).follow(attemptId, fromN, signal);
}
