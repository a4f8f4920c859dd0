import { formatBytes } from '../../../lib/format/bytes';

/** The size of an image, and how it differs from the last one that went well. */
export function sizeWords(sizeBytes: number, before: { number: number; sizeBytes: number | null } | null): string {
  const size = formatBytes(sizeBytes);
  if (before === null || before.sizeBytes === null) return size;
  const change = sizeBytes - before.sizeBytes;
  if (change === 0) return `${size}, as #${before.number}`;
  return `${size}, ${formatBytes(Math.abs(change))} ${change > 0 ? 'more' : 'less'} than #${before.number}`;
}
