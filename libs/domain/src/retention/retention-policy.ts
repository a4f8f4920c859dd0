/** What the retention engine can delete. Logs go earlier than their builds; `staged` is what a build pushed that is no image. */
export const retentionKinds = ['build', 'log', 'delivery', 'image', 'staged'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** Why something is deleted: its age by the policy, a person requested it, or its build has ended and published nothing. */
export const retentionReasons = ['age', 'requested', 'unpublished'] as const;
export type RetentionReason = (typeof retentionReasons)[number];

/**
 * `scheduled` can be undone, `deleting` cannot any more. `kept`: a person undid the deletion, or something refers to the
 * subject again; the age never selects it a second time.
 */
export const retentionStates = ['scheduled', 'deleting', 'deleted', 'kept'] as const;
export type RetentionState = (typeof retentionStates)[number];

/** In days. 0 keeps for ever; a grace of 0 deletes at the next run. */
export interface RetentionPolicy {
  readonly buildDays: number;
  readonly logDays: number;
  readonly deliveryDays: number;
  readonly graceDays: number;
}

/** Values that an organization has set itself; null inherits. */
export type RetentionOverride = { readonly [K in keyof RetentionPolicy]: number | null };

export const maxRetentionDays = 3_650;

/** The policy in force, and where each value comes from. */
export interface EffectiveRetention {
  readonly policy: RetentionPolicy;
  readonly origins: { readonly [K in keyof RetentionPolicy]: 'installation' | 'organization' };
}

const fields = ['buildDays', 'logDays', 'deliveryDays', 'graceDays'] as const;

/** Merges what the organization has set over the defaults of the installation. */
export function effectiveRetention(defaults: RetentionPolicy, override: RetentionOverride | null): EffectiveRetention {
  const policy = { ...defaults };
  const origins = {
    buildDays: 'installation',
    logDays: 'installation',
    deliveryDays: 'installation',
    graceDays: 'installation',
  } as {
    -readonly [K in keyof RetentionPolicy]: 'installation' | 'organization';
  };
  for (const field of fields) {
    const own = override?.[field] ?? null;
    if (own === null) continue;
    policy[field] = own;
    origins[field] = 'organization';
  }
  return { policy, origins };
}
