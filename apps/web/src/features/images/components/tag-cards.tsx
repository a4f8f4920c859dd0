import { Card } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel } from '@/components/ui/states';
import { imagePath, type ProjectName } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { loadTagMoves, loadTags, loadTagUse } from '../api/load-images';
import { moverOf, type TagUseWords, tagUseWords } from '../model/tag-words';
import { TagList } from './tag-list';

/** Where each tag points now. */
export async function TagsCard({ project, projectId }: { project: ProjectName; projectId: string }) {
  const [tags, use] = await Promise.all([loadTags(projectId), loadTagUse(projectId)]);
  return (
    <Card title="Tags" aside={tags.ok && <span className="tabular-nums">{tags.value.items.length}</span>}>
      {!tags.ok ? (
        <ProblemPanel problem={tags.problem} what="The tags" />
      ) : tags.value.items.length === 0 ? (
        <p className="px-3 py-3 text-text-2">No tag points anywhere yet.</p>
      ) : (
        <TagList
          tags={tags.value.items}
          about={({ digest, movedAt }) => (
            <>
              <Link href={imagePath(project, digest)} className={textLinkClass}>
                <Digest value={digest} />
              </Link>{' '}
              <Moment at={movedAt} />
            </>
          )}
        />
      )}
      {use.ok && use.value.all.used > 0 && <TagUseLines {...tagUseWords(use.value)} />}
    </Card>
  );
}

function TagUseLines({ text, warning, reached }: TagUseWords) {
  return (
    <div className="border-t border-line px-3 py-2 text-sm">
      <p className="text-text-2 tabular-nums">{text}</p>
      {warning !== null && <p className={`font-semibold ${reached ? 'text-bad' : 'text-wait'}`}>{warning}</p>}
    </div>
  );
}

/** How tags moved, newest first: from, to, and who or which build moved them. */
export async function TagMovesCard({ project, projectId }: { project: ProjectName; projectId: string }) {
  const moves = await loadTagMoves(projectId);
  return (
    <Card title="Moves of tags">
      <Moves moves={moves} project={project} none="No tag has moved yet." />
    </Card>
  );
}

/** Which tags came to this image and left it. */
export async function ImageMovesCard({ project, digest }: { project: ProjectName & { id: string }; digest: string }) {
  const moves = await loadTagMoves(project.id, digest);
  return (
    <Card title="Tags of this image, then and now">
      <Moves moves={moves} project={project} none="No tag has ever pointed to this image." />
    </Card>
  );
}

interface MovesProps {
  readonly moves: Awaited<ReturnType<typeof loadTagMoves>>;
  readonly project: ProjectName;
  readonly none: string;
}

function Moves({ moves, project, none }: MovesProps) {
  if (!moves.ok) return <ProblemPanel problem={moves.problem} what="The moves" />;
  if (moves.value.items.length === 0) return <p className="px-3 py-3 text-text-2">{none}</p>;
  return (
    <ul className="divide-y divide-line">
      {moves.value.items.map((move) => (
        <li key={`${move.tag} ${move.at}`} className="px-3 py-1.5 text-sm">
          <div className="flex justify-between gap-3">
            <code className="min-w-0 truncate">{visibleText(move.tag)}</code>
            <span className="text-text-2">
              {moverOf(move)} · <Moment at={move.at} />
            </span>
          </div>
          <div className="flex flex-wrap items-center gap-x-2 text-xs text-text-2">
            {move.from ? <Digest value={move.from} /> : 'new'} →
            <Link href={imagePath(project, move.to)} className={textLinkClass}>
              <Digest value={move.to} />
            </Link>
          </div>
        </li>
      ))}
    </ul>
  );
}
