import { readBuildFilter } from '@cooperage/domain/predicates';
import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import type { PageQuery } from '@/lib/address/query';
import { countBuilds, loadListed, loadSavedViews } from '../api/load-builds';
import { listAddress } from '../model/list-address';
import { FilterLine } from './build-filter';
import { BuildGroupsCard } from './build-groups';
import { BuildTable } from './build-table';
import { ListBar } from './list-bar';
import { NothingPasses } from './nothing-passes';
import { SavedViews } from './saved-views';

export interface BuildListProps {
  readonly path: string;
  readonly query: PageQuery;
  readonly projectId?: string;
  readonly withProject: boolean;
  /** Shown when there is no build at all. */
  readonly empty: ReactNode;
}

/** Builds by the filter in the address, a page at a time or in groups. */
export async function BuildList({ path, query, projectId, withProject, empty }: BuildListProps) {
  const { filter, group, cursor } = listAddress(query);
  const read = readBuildFilter(filter);
  if (!read.ok) return <FilterLine path={path} filter={filter} read={read} group={group} excluding={[]} />;
  const asked = { project: projectId, filter };
  const [builds, count, views] = await Promise.all([
    loadListed({ ...asked, cursor }),
    countBuilds(asked),
    loadSavedViews(),
  ]);
  if (!builds.ok) {
    return (
      <Card>
        <ProblemPanel problem={builds.problem} what="The builds" />
      </Card>
    );
  }
  const none = builds.value.items.length === 0;
  if (none && read.terms.length === 0 && !cursor) return <Card>{empty}</Card>;
  const excluding = count.ok ? count.value.excluding : [];
  return (
    <>
      <FilterLine path={path} filter={filter} read={read} group={group} excluding={excluding} />
      <ListBar path={path} filter={filter} group={group} count={count.ok ? count.value : null}>
        {views.ok && <SavedViews path={path} filter={filter} views={views.value.items} />}
      </ListBar>
      {none ? (
        <Card>
          <NothingPasses
            path={path}
            projectId={projectId}
            filter={filter}
            terms={read.terms}
            excluding={excluding}
            group={group}
          />
        </Card>
      ) : group ? (
        <BuildGroupsCard path={path} asked={asked} by={group} />
      ) : (
        <Card>
          <BuildTable builds={builds.value.items} withProject={withProject} live={cursor === null} />
          <Pager path={path} query={query} next={builds.value.next} />
        </Card>
      )}
    </>
  );
}
