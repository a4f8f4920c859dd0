import type { BuildSummary } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { classes } from '@/lib/classes';
import { shortCommit, shortRef, visibleText } from '@/lib/format/names';

/** Branch or tag and commit, as they are pasted into a terminal. */
export function RefAndCommit({ build }: { build: Pick<BuildSummary, 'ref' | 'commit'> }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5">
      <code className="min-w-0 truncate" title={visibleText(build.ref)}>
        {visibleText(shortRef(build.ref))}
      </code>
      <code title={build.commit} className="text-text-3">
        {shortCommit(build.commit)}
      </code>
    </span>
  );
}

/** Whether the newest verification of the image passed. */
export function Verdict({ verified, className }: { verified: boolean | null; className?: string }) {
  if (verified === null) return <span className="text-text-3">not checked</span>;
  return (
    <span className={classes('whitespace-nowrap', verified ? 'text-trust' : 'font-semibold text-bad', className)}>
      <span aria-hidden>{verified ? '◆' : '◇'}</span> {verified ? 'verified' : 'does not verify'}
    </span>
  );
}

/** @param more there are more than these */
export function TagList({
  tags,
  limit = 3,
  more = false,
}: {
  tags: readonly string[];
  limit?: number;
  more?: boolean;
}) {
  if (tags.length === 0) return <span className="text-text-3">no tag</span>;
  return (
    <span className="inline-flex max-w-full flex-wrap gap-1">
      {tags.slice(0, limit).map((tag) => (
        <Badge key={tag} mono>
          {visibleText(tag)}
        </Badge>
      ))}
      {tags.length > limit && (
        <span className="text-xs text-text-2" title={tags.slice(limit).join(', ')}>
          +{tags.length - limit}
          {more && ' and more'}
        </span>
      )}
    </span>
  );
}
