/**
 * Asks at once for what parts of the page ask for later, when they come to be drawn: their questions are kept for the page
 * (`cache`), so each is asked once. What became of them is told where they are asked.
 */
export function ahead(...asked: readonly Promise<unknown>[]): void {
  for (const each of asked) each.catch(() => {});
}
