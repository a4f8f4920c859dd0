import type { VerdictView } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { TagList } from '@/features/builds/components/build-facts';
import { type ProjectName, projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';

export interface VerdictListProps {
  readonly project: ProjectName;
  readonly verdicts: readonly VerdictView[];
  /** Further verdicts, which are not shown. */
  readonly leftOut?: number;
}

export function VerdictList({ project, verdicts, leftOut = 0 }: VerdictListProps) {
  if (verdicts.length === 0) return <p className="px-3 py-3 text-text-2">No rule has judged this delivery.</p>;
  return (
    <ul className="divide-y divide-line">
      {verdicts.map((verdict) => (
        <li key={verdict.ruleId ?? verdict.ruleName} className="grid gap-1 px-3 py-2">
          <p>
            <span aria-hidden className={verdict.matched ? 'text-good' : 'text-text-3'}>
              {verdict.matched ? '✓' : '–'}
            </span>{' '}
            <b className="font-semibold">{visibleText(verdict.ruleName)}</b>{' '}
            <span className="text-text-2">{verdict.matched ? 'matched' : 'did not match'}</span>
            {verdict.buildNumber !== null && (
              <>
                {' → '}
                <Link href={`${projectPath(project)}/b/${verdict.buildNumber}`} className={textLinkClass} data-row>
                  build #{verdict.buildNumber}
                </Link>
              </>
            )}
          </p>
          <p className="pl-5 text-text-2">{visibleText(verdict.explanation)}</p>
          {verdict.tags.length > 0 && (
            <p className="pl-5">
              <TagList tags={verdict.tags} limit={20} />
              {verdict.tagsLeftOut > 0 && <span className="text-text-2"> and {verdict.tagsLeftOut} more</span>}
            </p>
          )}
        </li>
      ))}
      {leftOut > 0 && (
        <li className="px-3 py-2 text-text-2">
          {leftOut === 1 ? '1 more rule has' : `${leftOut} more rules have`} judged it, and{' '}
          {leftOut === 1 ? 'is' : 'are'} not shown.
        </li>
      )}
    </ul>
  );
}
