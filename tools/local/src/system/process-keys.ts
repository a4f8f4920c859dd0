export type ProcessKey = 'api' | 'live' | 'web' | 'control' | 'builder';

/** Pages ask the API; who works through the queue starts when there is somebody to tell. */
export const ORDER: readonly ProcessKey[] = ['api', 'live', 'web', 'control', 'builder'];
export const GIT_HOST = 'git';
