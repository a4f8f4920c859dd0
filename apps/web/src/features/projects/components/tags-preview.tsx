import type { Project } from '@cooperage/contracts';
import { renderTags, whyNoTagsByHand, zoneOf } from '@cooperage/domain/predicates';
import { TagList } from '@/features/builds/components/build-facts';
import { fullRef } from '@/features/builds/model/start-rules';
import type { StartRule } from './start-build';

interface TagsPreviewProps {
  /** Undefined: no rule, and so no tag. */
  readonly rule: StartRule | undefined;
  readonly start: { readonly kind: string; readonly name: string };
  readonly project: Pick<Project, 'defaultBranch' | 'protectedBranches' | 'protectedTags'>;
}

/** Stands for the commit, which is not known before the git host was asked. */
const unknownCommit = '0'.repeat(40);

/** The tags that the image would get, before anything is started. */
export function TagsPreview({ rule, start, project }: TagsPreviewProps) {
  const ref = fullRef(start.name, start.kind === 'tag' ? 'tag' : 'branch');
  const defaultBranch = project.defaultBranch ?? 'main';
  const input = { ref, commit: unknownCommit, defaultBranch };
  const { protectedBranches, protectedTags } = project;
  const zone = zoneOf({ ref, defaultBranch, protectedBranches, protectedTags, fromFork: false });
  const withheld = rule ? whyNoTagsByHand(rule, ref, zone) : null;
  if (withheld !== null)
    return (
      <p aria-live="polite" className="text-sm text-text-2">
        {withheld} Choose another rule, or no tag.
      </p>
    );
  const tags = rule ? renderTags(rule.tags, input).map((tag) => tag.replaceAll('0000000', '<commit>')) : [];
  return (
    <p aria-live="polite" className="text-sm text-text-2">
      Tags that would move, unless they point to a newer image: <TagList tags={tags} limit={20} />
    </p>
  );
}
