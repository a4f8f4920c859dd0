import type { ClaimedRepository } from './claimed-repository.js';

export const forgeKinds = ['github', 'gitlab', 'gitea', 'forgejo', 'generic'] as const;
export type ForgeKind = (typeof forgeKinds)[number];

/** What a webhook claims. Only a hint: control reads the git host itself before it builds anything. */
export interface PushEvent {
  readonly type: 'push';
  /** Full ref, for example `refs/heads/main` or `refs/tags/v1.0.0`. */
  readonly ref: string;
  /** Commit ids in lower-case hex; null where the forge sends zeros (ref created or deleted). */
  readonly before: string | null;
  readonly after: string | null;
  /** What the forge calls the sender; shown, never trusted. */
  readonly sender: string | null;
  /** Null where the payload says nothing of it. */
  readonly repository: ClaimedRepository | null;
}

/** A delivery that is kept and answered but starts nothing (ping, comment, an event type we do not build). */
export interface IgnoredEvent {
  readonly type: 'ignored';
  readonly reason: string;
}

export type ForgeEvent = PushEvent | IgnoredEvent;

/** How a delivery proved where it comes from; shown on the page. */
export type ProofKind = 'hmac-sha256' | 'token' | 'standard-webhooks' | 'bearer';
