import { CommandFailed } from '../processes/command.ts';

/** Programs say last what made them end, only apt has a word of consolation behind it. */
export function tellingLine(error: unknown): string {
  const lines = everythingOf(error).trim().split('\n');
  return (lines.find((line) => line.startsWith('E: Failed to fetch')) ?? lines.at(-1) ?? '').trim();
}

export function everythingOf(error: unknown): string {
  if (error instanceof CommandFailed) return error.result.stderr.trim() || error.result.stdout.trim() || error.message;
  return error instanceof Error ? error.message : String(error);
}
