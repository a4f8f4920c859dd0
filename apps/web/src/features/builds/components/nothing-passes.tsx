import { type BuildTerm, withoutTerm } from '@cooperage/domain/predicates';
import { buttonClass } from '@/components/ui/button';
import { Link, textLinkClass } from '@/components/ui/link';
import { Empty } from '@/components/ui/states';
import { visibleText } from '@/lib/format/names';
import { buildsAddress } from '../api/load-builds';
import { type Grouping, listHref } from '../model/list-address';

export interface NothingPassesProps {
  readonly path: string;
  readonly projectId: string | undefined;
  readonly filter: string;
  readonly terms: readonly BuildTerm[];
  readonly excluding: readonly number[];
  readonly group: Grouping | null;
}

/** Which part of a filter is why nothing is listed, and the way on. */
export function NothingPasses({ path, projectId, filter, terms, excluding, group }: NothingPassesProps) {
  const textOf = (index: number): string => visibleText(filter.slice(terms[index]!.start, terms[index]!.end));
  return (
    <Empty
      title="No build passes this filter."
      action={
        <Link href={path} className={buttonClass('primary')}>
          Show all builds
        </Link>
      }
      command={{ path: buildsAddress({ project: projectId }) }}
    >
      {excluding.length === 0 ? (
        <p>{terms.length > 1 ? 'More than one of its terms leave all builds out.' : 'There are no builds here yet.'}</p>
      ) : (
        <ul className="grid gap-1.5">
          {excluding.map((index) => (
            <li key={index}>
              <code className="break-all text-bad">{textOf(index)}</code> leaves out every build.{' '}
              <Link href={listHref(path, withoutTerm(filter, terms, index), group)} className={textLinkClass}>
                Take it away
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Empty>
  );
}
