/** What a running build does now. The first three belong to the builder, the others to control. */
export const phases = ['fetch', 'build', 'push', 'inspect', 'sign', 'verify', 'publish'] as const;
export type Phase = (typeof phases)[number];
