/**
 * What the builds of a rule may read: what their zone may, only what `protected` wrote, or nothing, and then they leave
 * nothing either. For rules that make releases.
 */
export const cachePolicies = ['zone', 'protected_only', 'none'] as const;
export type CachePolicy = (typeof cachePolicies)[number];

/** The one that lets a build read less. */
export function stricterPolicy(one: CachePolicy, other: CachePolicy): CachePolicy {
  return cachePolicies[Math.max(cachePolicies.indexOf(one), cachePolicies.indexOf(other))]!;
}
