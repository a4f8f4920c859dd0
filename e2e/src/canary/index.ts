export * from './canary.js';
export * from './database-hits.js';
export * from './process-watch.js';
export * from './redis-watch.js';
export * from './registry-hits.js';
