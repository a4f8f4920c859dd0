import { orAborted } from '../or-aborted.js';

/** The last in line for each key. */
const lines = new Map<string, Promise<void>>();

/**
 * Waits until everyone in this process who asked before for the same key is done.
 * @returns what to call when done.
 * @throws the signal's reason when it is aborted while waiting.
 */
export async function waitForTurn(key: string, signal?: AbortSignal): Promise<() => void> {
  const before = lines.get(key) ?? Promise.resolve();
  const { promise: done, resolve: leave } = Promise.withResolvers<void>();
  const tail = before.then(() => done);
  lines.set(key, tail);
  void tail.then(() => {
    if (lines.get(key) === tail) lines.delete(key);
  });
  try {
    await orAborted(before, signal);
  } catch (error) {
    leave();
    throw error;
  }
  return leave;
}
