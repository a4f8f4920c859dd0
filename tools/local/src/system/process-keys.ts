export type ProcessKey = 'api' | 'live' | 'web' | 'control' | 'builder' | 'strangers';

/** `strangers`: one more builder, where it was asked for. Stopped from the last to the first: who works through the queue first, the front door last. */
export const ORDER: readonly ProcessKey[] = ['api', 'live', 'web', 'control', 'builder', 'strangers'];
export const GIT_HOST = 'git';
