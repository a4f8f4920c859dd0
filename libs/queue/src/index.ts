export * from './job-sender.js';
export * from './job-worker.js';
export * from './redis.js';
