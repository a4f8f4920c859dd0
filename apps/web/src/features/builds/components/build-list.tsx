import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPanel } from '@/components/ui/states';
import type { PageQuery } from '@/lib/address/query';
import { filterOf, loadBuilds } from '../api/load-builds';
import { BuildFilterForm } from './build-filter';
import { BuildTable } from './build-table';

export interface BuildListProps {
  readonly path: string;
  readonly query: PageQuery;
  readonly projectId?: string;
  readonly withProject: boolean;
  /** Shown when there is no build at all. */
  readonly empty: ReactNode;
}

/** Builds by the filter in the address, a page at a time. */
export async function BuildList({ path, query, projectId, withProject, empty }: BuildListProps) {
  const filter = filterOf(query);
  const filtered = Boolean(filter.status || filter.ref || filter.commit);
  const builds = await loadBuilds({ ...filter, project: projectId, limit: 50 });
  if (!builds.ok) {
    return (
      <Card>
        <ProblemPanel problem={builds.problem} what="The builds" />
      </Card>
    );
  }
  const none = builds.value.items.length === 0;
  if (none && !filtered && !filter.cursor) return <Card>{empty}</Card>;
  return (
    <>
      <BuildFilterForm path={path} status={filter.status} gitRef={filter.ref} />
      <Card>
        {none ? (
          <Empty title="No build passes this filter">
            <p>
              <Link href={path} className={textLinkClass}>
                Clear the filter
              </Link>
            </p>
          </Empty>
        ) : (
          <BuildTable builds={builds.value.items} withProject={withProject} />
        )}
        <Pager path={path} query={query} next={builds.value.next} />
      </Card>
    </>
  );
}
