import { createHash } from 'node:crypto';
import type { FailureReport } from './build-failure.js';

/**
 * Sixteen digits that are the same for the same failure: its code, its place, and the first line of what was said, without
 * what differs from build to build (digests, numbers, times, temporary names). Where a step failed, the step is the place:
 * lines move when somebody edits above them.
 */
export function failureFingerprint({ code, place, message }: FailureReport): string {
  const where = place?.step === undefined ? `${place?.file ?? ''}:${place?.line ?? ''}` : stepText(place.step);
  const parts = [code, where, String(place?.exitCode ?? ''), normalised(message)];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

/** The step without its number among the others: `[build 2/5] RUN npm ci` → `run npm ci`. */
function stepText(step: string): string {
  return normalised(step.replace(/^\[[^\]]{0,200}\]\s*/, ''));
}

function normalised(text: string): string {
  const line = text.trimStart().split('\n', 1)[0]!.slice(0, 500).toLowerCase();
  return line
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '#')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g, '#')
    .replace(/\d+/g, '#')
    .replace(/\/tmp\/\S+/g, '/tmp/#')
    .replace(/\s+/g, ' ')
    .trim();
}
