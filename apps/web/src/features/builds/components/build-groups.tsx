import type { BuildGroup } from '@cooperage/contracts';
import { filterTerm } from '@cooperage/domain/predicates';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Empty, ProblemPanel } from '@/components/ui/states';
import { buildPath } from '@/lib/address/paths';
import { shortCommit, visibleText } from '@/lib/format/names';
import { type BuildFilter, buildsAddress, loadBuildGroups } from '../api/load-builds';
import { type Grouping, listHref, withTerm } from '../model/list-address';
import { blameWords } from '../model/status';
import { RetryAll } from './retry-all';
import { SaidLine } from './said-line';
import { Status } from './status';

interface BuildGroupsProps {
  readonly path: string;
  readonly asked: BuildFilter;
  readonly by: Grouping;
}

/** The newest thousand builds that pass, put together by commit or by failure. */
export async function BuildGroupsCard({ path, asked, by }: BuildGroupsProps) {
  const groups = await loadBuildGroups(asked, by);
  if (!groups.ok) {
    return (
      <Card>
        <ProblemPanel problem={groups.problem} what="The groups" />
      </Card>
    );
  }
  return (
    <Card title={by === 'commit' ? 'By commit' : 'By failure'} aside="of the newest 1,000 builds">
      {groups.value.items.length === 0 ? (
        <Empty
          title="None of these builds has failed."
          action={
            <Link href={listHref(path, asked.filter ?? '')} className={buttonClass('primary')}>
              Show them as a list
            </Link>
          }
          command={{ path: buildsAddress(asked) }}
        />
      ) : (
        <ul>
          {groups.value.items.map((group) => (
            <li
              key={`${group.key} ${group.newest.id}`}
              className="grid gap-1 border-b border-line px-3 py-2.5 last:border-b-0"
            >
              <GroupHead group={group} by={by} href={listHref(path, withTerm(asked.filter ?? '', termOf(group, by)))} />
              <GroupFoot group={group} by={by} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function termOf(group: BuildGroup, by: Grouping): string {
  return filterTerm(by, group.key);
}

function GroupHead({ group, by, href }: { group: BuildGroup; by: Grouping; href: string }) {
  const { newest } = group;
  const failure = by === 'failure' ? newest.failure : null;
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
      <div className="min-w-0 flex-1 basis-72">
        <Link href={href} data-row className="font-medium break-words hover:underline">
          {failure
            ? `${failure.code} · ${blameWords[failure.blame]}`
            : visibleText(newest.commitSubject) || 'no commit message'}
        </Link>{' '}
        {failure ? (
          <span className="break-words">{visibleText(failure.message)}</span>
        ) : (
          <code className="text-text-3">{shortCommit(group.key)}</code>
        )}
        {failure?.place?.step && (
          <code className="line-clamp-1 break-all text-text-2">{visibleText(failure.place.step)}</code>
        )}
        {failure && <SaidLine failure={failure} />}
      </div>
      <div className="flex flex-wrap items-center gap-1.5">
        {by === 'commit' ? (
          group.statuses.map((status) => <Status key={status} status={status} />)
        ) : (
          <RetryAll ids={group.retryIds} />
        )}
      </div>
    </div>
  );
}

function GroupFoot({ group, by }: { group: BuildGroup; by: Grouping }) {
  const { newest, count } = group;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-text-2">
      <span>
        {by === 'failure' ? (
          <Times count={count} since={group.firstAt} />
        ) : count === 1 ? (
          'one build'
        ) : (
          `${count} builds`
        )}
      </span>
      <span>
        newest{' '}
        <Link href={buildPath(newest)} className={textLinkClass}>
          {newest.projectSlug} #{newest.number}
        </Link>{' '}
        <Moment at={group.lastAt} />
      </span>
      {group.projects.map((project) => (
        <Badge key={project}>{project}</Badge>
      ))}
    </p>
  );
}

function Times({ count, since }: { count: number; since: string }) {
  if (count === 1) return 'once';
  return (
    <>
      same failure {count} times, first <Moment at={since} flowing />
    </>
  );
}
