/** Work that control takes from the outbox. The subject is the id behind the arrow, the group what is done one at a time. */
export const outboxTopics = [
  /** → delivery, grouped by project */
  'evaluate',
  /** → build, grouped by project: one publisher per repository */
  'publish',
  /** → build, grouped by build */
  'export-cache',
  /** → build, grouped by build: write down why its steps ran */
  'note-steps',
  /** → project, grouped by project: make its first signing key */
  'create-key',
  /** → trust request, grouped by project: rotate or revoke a key, move a tag */
  'trust',
  /** → project, grouped by project: verify its tagged images again */
  'verify-images',
  /** → project, grouped by project: make tags and referrers agree with the rows */
  'reconcile',
  /** → cache reset, grouped by project: delete what is older from the registry */
  'sweep-cache',
  /** → project, grouped by project: delete caches until the rest fits its budget */
  'evict-cache',
  /** → cache prune, grouped by project: delete the references that a person chose */
  'prune-cache',
  /** → delivery, grouped by project: delete the caches of a ref that is gone */
  'forget-ref',
  /** → project, grouped by project: delete what retention has scheduled and is due */
  'retention',
  /** → project, grouped by project: remove images, then rows */
  'delete-project',
] as const;
export type OutboxTopic = (typeof outboxTopics)[number];

export interface OutboxItem {
  readonly id: bigint;
  readonly topic: OutboxTopic;
  readonly subjectId: string;
  readonly groupId: string;
  /** How often it was taken, this time included. Grows with each taking, so it also names this one. */
  readonly attempts: number;
  /** How many takings in a row, before this one, were neither done nor put back: most often their process had ended. */
  readonly unfinished: number;
  /** How many takings before this one ended by an error that was thrown. */
  readonly failures: number;
  /** Milliseconds since it was promised, by the database's clock. */
  readonly ageMs: number;
  /** Milliseconds since it could be taken: since it was promised, or since its last pause was over. */
  readonly dueMs: number;
}

/** Work that could be taken now. */
export interface DueWork {
  readonly due: number;
  /** How long the oldest of it could have been taken, milliseconds by the database's clock. */
  readonly oldestDueMs: number;
}
