import { createHash } from 'node:crypto';
import type { FailureReport } from './build-failure.js';

/**
 * Sixteen digits that are the same for the same failure: its code, its place, the line of the log that says why, and
 * the first line of what was said about it, without what differs from build to build (digests, numbers, times, temporary names). Where a step failed, the step is the place:
 * lines move when somebody edits above them.
 */
export function failureFingerprint({ code, place, message, logLine }: FailureReport): string {
  const where = place?.step === undefined ? `${place?.file ?? ''}:${place?.line ?? ''}` : stepText(place.step);
  const parts = [code, where, String(place?.exitCode ?? ''), normalised(message)];
  if (logLine) parts.push(normalised(logLine.text));
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

/** The step without its number among the others: `[build 2/5] RUN npm ci` → `run npm ci`. */
function stepText(step: string): string {
  return normalised(step.replace(/^\[[^\]]{0,200}\]\s*/, ''));
}

/** Each of them may be another in the next build, and the failure still the same. */
const variable: readonly (readonly [RegExp, string])[] = [
  // Names inside of folders for what is temporary, before their digits are gone.
  [/(\/(?:tmp|temp|var\/folders|buildkit))(?:\/[^\s:;,'")\]]*)?/g, '$1/#'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '#'],
  // Digests and short ids. A word of these letters alone is a word.
  [/\b(?=[a-f]*\d)[0-9a-f]{7,}\b/g, '#'],
  [/0x[0-9a-f]+/g, '#'],
  // Numbers with what joins them: dates, times, versions, addresses, sizes.
  [/\d+(?:[.,:/_-]?\d+)*/g, '#'],
  [/\s+/g, ' '],
];

function normalised(text: string): string {
  const line = text.trimStart().split('\n', 1)[0]!.slice(0, 500).toLowerCase();
  return variable.reduce((rest, [pattern, sign]) => rest.replace(pattern, sign), line).trim();
}
