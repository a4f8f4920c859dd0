/** What pages may import: names and predicates without any use of Node. */
export * from './build/build-machine.js';
export * from './build/phase.js';
export * from './failure/catalogue.js';
export * from './log/log-entry.js';
