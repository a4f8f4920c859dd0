/**
 * Waits until each has started or failed: only then may what has started be stopped again.
 * @throws the first reason, once all have ended
 */
export async function allEnded<const Work extends readonly Promise<unknown>[]>(
  work: Work,
): Promise<{ -readonly [K in keyof Work]: Awaited<Work[K]> }> {
  const ends = await Promise.allSettled(work);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return Promise.all(work) as Promise<{ -readonly [K in keyof Work]: Awaited<Work[K]> }>;
}
