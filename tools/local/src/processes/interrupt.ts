const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at Ctrl-C or at a request to end; later ones are ignored, so that the clearing up is not cut short. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const keepAlive = setInterval(() => {}, 2 ** 30);
    for (const name of SIGNALS)
      process.on(name, () => {
        clearInterval(keepAlive);
        resolve(name);
      });
  });
}
