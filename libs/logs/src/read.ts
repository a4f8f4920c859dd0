export { asJsonLines, asText } from './reading/as-text.js';
export { type FollowLogOptions, followLog } from './reading/follow-log.js';
export { formatLogCursor, type LogCursor, parseLogCursor } from './reading/log-cursor.js';
export type { LogFrame } from './reading/log-frame.js';
export { LogHub, type LogHubOptions } from './reading/log-hub.js';
export { readEntries } from './reading/read-entries.js';
export { readLines } from './reading/read-lines.js';
export { type LogRange, readRange } from './reading/read-range.js';
export type { LogEvent } from './reading/viewer-feed.js';
