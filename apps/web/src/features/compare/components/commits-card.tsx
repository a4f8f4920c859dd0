import type { Comparison } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Link, OutsideLink, textLinkClass } from '@/components/ui/link';
import { forgePages } from '@/lib/address/forge-pages';
import { buildPath } from '@/lib/address/paths';
import { shortCommit, shortRef, visibleText } from '@/lib/format/names';

export interface CommitsCardProps {
  readonly comparison: Pick<Comparison, 'a' | 'b' | 'commits'>;
  readonly remoteUrl: string;
}

/** What was committed from one build to the other: those that were built, and all of them at the git host. */
export function CommitsCard({ comparison: { a, b, commits }, remoteUrl }: CommitsCardProps) {
  const pages = forgePages(remoteUrl, null);
  const [older, newer] = a.number < b.number ? [a, b] : [b, a];
  return (
    <Card
      title="Commits"
      aside={
        pages &&
        a.commit !== b.commit && (
          <OutsideLink href={pages.compare(older.commit, newer.commit)}>All of them at {pages.host}</OutsideLink>
        )
      }
    >
      {commits ? <Built commits={commits} project={a} /> : <p className="px-3 py-2.5 text-text-2">{noneWords(a, b)}</p>}
    </Card>
  );
}

function noneWords(a: Comparison['a'], b: Comparison['b']): string {
  if (a.commit === b.commit) return 'Both were built from the same commit.';
  return `They are of two refs, ${visibleText(shortRef(a.ref))} and ${visibleText(shortRef(b.ref))}: none lies between.`;
}

function Built({ commits, project }: { commits: NonNullable<Comparison['commits']>; project: Comparison['a'] }) {
  const { organizationSlug, projectSlug } = project;
  return (
    <>
      <ul className="divide-y divide-line">
        {commits.items.map(({ number, commit, commitSubject, commitAuthor }) => (
          <li key={commit} className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5 text-sm">
            <Link
              href={buildPath({ organizationSlug, projectSlug, number })}
              data-row
              className={`${textLinkClass} tabular-nums`}
            >
              #{number}
            </Link>
            <code title={commit} className="text-text-2">
              {shortCommit(commit)}
            </code>
            <span className="min-w-0 flex-1 basis-48 break-words">{visibleText(commitSubject)}</span>
            <span className="text-text-2">{visibleText(commitAuthor)}</span>
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-3 py-1.5 text-sm text-text-2">
        {commits.more ? 'The newest commits' : 'The commits'} of {visibleText(shortRef(commits.ref))} that were built. A
        push is built by its last commit.
      </p>
    </>
  );
}
