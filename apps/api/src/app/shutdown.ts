import type { Logger } from '@cooperage/telemetry';

interface Closable {
  close(): Promise<unknown>;
}

/** Longest time for requests under way to end. */
const drainMs = 10_000;

/** Ends the parts in their order on SIGTERM or SIGINT; a second signal, or too long a wait, ends the process at once. */
export function closeOnSignal(logger: Logger, parts: readonly Closable[]): void {
  let closing = false;
  const close = async (): Promise<void> => {
    for (const part of parts)
      await part.close().catch((error: unknown) => logger.warn({ err: error }, 'did not close'));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      setTimeout(() => process.exit(1), drainMs).unref();
      void close().then(() => process.exit(0));
    });
}
