import type { Deletion, RetentionPreviewView } from '@cooperage/contracts';

/** What a deletion is about, for a person. */
export function deletionLabel({ kind, label }: Pick<Deletion, 'kind' | 'label'>): string {
  if (kind === 'image') return `Image ${label.slice(0, 'sha256:'.length + 12)}`;
  if (kind === 'build') return `Build ${label}`;
  if (kind === 'log') return `Log of build ${label}`;
  if (kind === 'staged') return `Pushed by build ${label}, not published`;
  return `Delivery (${label})`;
}

/** Why it is deleted. */
export function deletionReason({ reason, requestedBy, comment }: Deletion): string {
  if (reason === 'age') return 'older than the policy allows';
  if (reason === 'unpublished') return 'its build ended without an image';
  const by = requestedBy === null ? 'requested' : `requested by ${requestedBy}`;
  return comment === null ? by : `${by}: ${comment}`;
}

/** `3 builds`, with `at least` where a dry run counted no further. */
export function selectedLabel({ kind, count, more }: RetentionPreviewView['kinds'][number]): string {
  const plural = { build: 'builds', log: 'logs', delivery: 'deliveries' }[kind];
  const text = `${count} ${count === 1 ? kind : plural}`;
  return more ? `at least ${text}` : text;
}

/** The value of a policy in words. */
export function keptFor(days: number): string {
  if (days === 0) return 'forever';
  return days === 1 ? '1 day' : `${days} days`;
}

/** What a person typed: null inherits. What is no number stays as it is, so that the API names the field. */
export function daysOf(typed: string): number | string | null {
  const text = typed.trim();
  if (text === '') return null;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
