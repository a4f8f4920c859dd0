/**
 * What a build may fetch beside its source and its images. `open`: its steps reach everything public, and ADD takes what any
 * public address gives. `none`: its steps have no network, and ADD takes nothing but files. A list of hosts is not among them:
 * no engine here can hold the steps of one build to one, and a setting must not promise what nobody enforces.
 */
export const buildNetworks = ['open', 'none'] as const;
export type BuildNetwork = (typeof buildNetworks)[number];
