import pino, { type DestinationStream, type Logger } from 'pino';
import { errorFields } from './error-fields.js';
import { safeLine } from './line.js';
import { redactFields } from './redact.js';

export type { Logger };

export interface LoggerOptions {
  /** Which process speaks: `api`, `builder`, … */
  readonly process: string;
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** Ids that lines are found by. */
export interface BoundIds {
  readonly requestId?: string;
  readonly organizationId?: string;
  readonly projectId?: string;
  readonly deliveryId?: string;
  readonly buildId?: string;
  readonly attemptId?: string;
  readonly jobId?: string;
}

/**
 * The process's own log: one JSON object a line, times in ISO 8601 UTC, levels as words, secrets hidden. Bind ids with
 * `withIds`, hand fields over as the first argument and keep the message constant: `logger.info({ ref }, 'evaluated')`.
 */
export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      serializers: { err: errorFields, error: errorFields, cause: errorFields },
      formatters: { level: (label) => ({ level: label }), log: redactFields, bindings: redactFields },
      hooks: { streamWrite: safeLine },
    },
    options.destination ?? pino.destination(1),
  );
  redactBindings(logger);
  return logger;
}

/** A logger whose every line carries these ids. */
export function withIds(logger: Logger, ids: BoundIds): Logger {
  return logger.child(ids);
}

/** pino formats the first logger's bindings only; a child inherits this method from its parent. */
function redactBindings(logger: Logger): void {
  const { child } = logger;
  logger.child = function redacting<Levels extends string = never>(
    this: Logger,
    bindings: pino.Bindings,
    options?: pino.ChildLoggerOptions<Levels>,
  ): Logger<Levels> {
    return Reflect.apply(child, this, [redactFields(bindings), options]) as Logger<Levels>;
  };
}
