import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { visibleText } from '@/lib/format/names';
import { loadKeptTags } from '../api/load-images';
import { FreeTag } from './free-tag';
import { TagList } from './tag-list';

/** Tags whose image was deleted. Few projects have one, so there is no card without. */
export async function KeptTagsCard({ projectId }: { projectId: string }) {
  const kept = await loadKeptTags(projectId);
  if (!kept.ok || kept.value.items.length === 0) return null;
  return (
    <Card title="Tags of deleted images" aside={<span className="tabular-nums">{kept.value.items.length}</span>}>
      <p className="px-3 pt-2.5 text-sm text-text-2">
        They point to nothing. Each stays with its protected branch or git tag, and no other branch gets it.
      </p>
      <TagList
        tags={kept.value.items}
        about={({ tag, ref, deletedAt }) => (
          <>
            {ref !== null && <>of {visibleText(ref.replace(/^refs\/(heads|tags)\//, ''))} · </>}
            deleted <Moment at={deletedAt} />{' '}
            <FreeTag
              address={`/projects/${projectId}/kept-tags/${tag}`}
              label="Free"
              what={`the tag ${visibleText(tag)}`}
              consequence="Any branch may have this tag from then on. A pull of it then gets what that branch builds."
            />
          </>
        )}
      />
    </Card>
  );
}
