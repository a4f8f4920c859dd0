export {
  type HealthServer,
  type HealthServerOptions,
  startHealthServer,
  type VersionInfo,
} from './health/health-server.js';
export { KeptAnswer } from './health/kept-answer.js';
export { type Readiness, type ReadinessCheck, readiness, SaidOpenly } from './health/readiness.js';
export { BoundedLines } from './logger/bounded-lines.js';
export { type BoundIds, createLogger, type Logger, type LoggerOptions, withIds } from './logger/logger.js';
export { blockedLoopSignal, guardLoop } from './loop-guard/loop-guard.js';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics/metrics.js';
