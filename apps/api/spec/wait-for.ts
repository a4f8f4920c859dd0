/** Repeats what throws until it does not, for at most `timeoutMs`. */
export async function waitFor(attempt: () => Promise<void> | void, timeoutMs = 20_000): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > endsAtMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
