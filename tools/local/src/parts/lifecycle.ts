import { say } from '../output.ts';
import type { Part } from './part.ts';

/** Stops parts, the last started first, and goes on when one fails. @throws {AggregateError} of what failed. */
export async function stopAll(parts: readonly Part<unknown>[]): Promise<void> {
  const errors: unknown[] = [];
  for (const part of parts.toReversed()) {
    try {
      await part.stop();
    } catch (error) {
      say(`cooperage: ${part.name} could not be stopped: ${error instanceof Error ? error.message : error}`);
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} parts could not be stopped`);
}
