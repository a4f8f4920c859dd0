export * from './job-sender.js';
export * from './job-worker.js';
export * from './live-bus.js';
export * from './look-at-redis.js';
export * from './pool-redis.js';
export * from './redis.js';
export * from './shared-counts.js';
export type { WorkerAddress } from './worker-queue.js';
