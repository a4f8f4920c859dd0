import { shortestSecretLineBytes } from './secret.js';

/**
 * The lines of an encoding that a tool wraps at `width`; nothing when it fits into one. A last line that is too short
 * is left out, for it would mask ordinary text.
 */
export function wrapped(encoded: string, width: number): string[] {
  if (encoded.length <= width) return [];
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += width) lines.push(encoded.slice(at, at + width));
  return lines.filter(({ length }) => length >= shortestSecretLineBytes);
}
