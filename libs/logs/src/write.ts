export { type LogSecret, shortestSecretBytes } from './masking/secret.js';
export { SecretMasker } from './masking/secret-masker.js';
export { failingLineOf } from './reading/failing-line.js';
export type { WriteOutcome } from './writing/archive-writer.js';
export type { LogPosition } from './writing/chunk-packer.js';
export { type LogWriter, type LogWriterOptions, type LogWriterStats, openLogWriter } from './writing/log-writer.js';
export { endLostLog, type LostLog } from './writing/lost-log.js';
export type { StepStream } from './writing/masked-streams.js';
export type { LogClock } from './writing/sequencer.js';
