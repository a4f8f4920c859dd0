/** Lets any number of waiters sleep until somebody wakes them. */
export class Wake {
  private readonly sleepers = new Set<() => void>();

  /** Resolves at the next `wake`; earlier when `timeoutMs` have passed or the signal is aborted, if these are given. */
  wait(timeoutMs?: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const rise = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', rise);
        this.sleepers.delete(rise);
        resolve();
      };
      this.sleepers.add(rise);
      signal?.addEventListener('abort', rise);
      if (timeoutMs !== undefined) timer = setTimeout(rise, timeoutMs);
    });
  }

  wake(): void {
    for (const rise of [...this.sleepers]) rise();
  }
}
