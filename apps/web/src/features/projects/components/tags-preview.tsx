import type { Project, Rule } from '@cooperage/contracts';
import { renderTags } from '@cooperage/domain/predicates';
import { TagList } from '@/features/builds/components/build-facts';
import { fullRef } from '@/features/builds/model/start-rules';

interface TagsPreviewProps {
  /** Undefined: no rule, and so no tag. */
  readonly rule: Rule | undefined;
  readonly start: { readonly kind: string; readonly name: string };
  readonly defaultBranch: Project['defaultBranch'];
}

/** Stands for the commit, which is not known before the git host was asked. */
const unknownCommit = '0'.repeat(40);

/** The tags that the image would get, before anything is started. */
export function TagsPreview({ rule, start, defaultBranch }: TagsPreviewProps) {
  const ref = fullRef(start.name, start.kind === 'tag' ? 'tag' : 'branch');
  const input = { ref, commit: unknownCommit, defaultBranch: defaultBranch ?? 'main' };
  const tags = rule ? renderTags(rule.tags, input).map((tag) => tag.replaceAll('0000000', '<commit>')) : [];
  return (
    <p aria-live="polite" className="text-sm text-text-2">
      Tags that would move: <TagList tags={tags} limit={20} />
    </p>
  );
}
