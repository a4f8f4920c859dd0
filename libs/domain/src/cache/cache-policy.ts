/**
 * What the builds of a rule may read: what their zone may, only what `protected` wrote, or nothing, and then they leave
 * nothing either. For rules that make releases.
 */
export const cachePolicies = ['zone', 'protected_only', 'none'] as const;
export type CachePolicy = (typeof cachePolicies)[number];
