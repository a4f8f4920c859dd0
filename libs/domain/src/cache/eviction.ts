/** Why a cache reference was deleted from the registry. */
export const evictionCauses = ['reset', 'budget', 'unused', 'ref_deleted', 'pruned', 'unreadable'] as const;
export type EvictionCause = (typeof evictionCauses)[number];

export interface EvictionWords {
  readonly why: EvictionCause;
  /** Days that the project allowed without a use, for `unused`; null for every other cause. */
  readonly unusedDays: number | null;
}
