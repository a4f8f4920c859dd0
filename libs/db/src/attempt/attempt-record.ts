import type { Lane } from '@cooperage/domain';
import type { BuildRecord } from '../build/build-record.js';

export type AttemptState = 'dispatched' | 'claimed' | 'built' | 'failed' | 'lost' | 'canceled' | 'timed_out';

/** An attempt that this process has claimed: what a builder needs to go on. */
export interface ClaimedAttempt {
  readonly attemptId: string;
  readonly build: BuildRecord;
  /** The epoch; equals `build.attemptNumber`. */
  readonly number: number;
  /** Where its results are (`resultSpace`), where its builder wrote that down. */
  readonly resultSpace?: string;
}

/** What control hands to the queue. */
export interface DispatchedAttempt {
  readonly attemptId: string;
  readonly buildId: string;
  readonly number: number;
  readonly lane: Lane;
  /** The builder that was chosen for it. */
  readonly worker: string;
  /** How often it was handed over before. */
  readonly handovers: number;
}

/** What the builder's heartbeat learns of each attempt that it holds. */
export type HeartbeatAnswer = 'go_on' | 'cancel' | 'not_yours';

/** A step as it is stored. */
export interface StepRecord {
  readonly ordinal: number;
  readonly vertexId: string;
  readonly name: string;
  readonly stage: string | null;
  /** Of the definition, where it is another than the build's own. */
  readonly target: string | null;
  readonly platform: string | null;
  readonly internal: boolean;
  readonly cached: boolean;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly error: string | null;
  readonly progressGroup: string | null;
}
