const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted at Ctrl-C or at a request to end; later ones are ignored, so that the clearing up is not cut short. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) process.on(name, () => controller.abort());
  return controller.signal;
}

/** Waits, and keeps the process alive, until the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => {}, 2 ** 30);
  return new Promise((resolve) => {
    const finish = () => {
      clearInterval(keepAlive);
      resolve();
    };
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
}
