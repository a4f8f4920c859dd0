export type ProcessKey = 'api' | 'live' | 'web' | 'control' | 'builder';

/** Stopped from the last to the first: who works through the queue first, the front door last. */
export const ORDER: readonly ProcessKey[] = ['api', 'live', 'web', 'control', 'builder'];
export const GIT_HOST = 'git';
