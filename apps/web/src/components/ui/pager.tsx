import { changeQuery, one, type PageQuery } from '@/lib/address/query';
import { buttonClass } from './button';
import { Link } from './link';

interface PagerProps {
  /** Of the page. */
  readonly path: string;
  readonly query: PageQuery;
  readonly next: string | null;
  /** Of the parameter with the cursor, and of the pages, where an address has several lists. */
  readonly name?: string;
  readonly label?: string;
  /** Where on the page the list is, with its `#`. */
  readonly place?: string;
  /** For a list that has another order than by time. */
  readonly words?: { readonly back: string; readonly on: string };
}

const byTime = { back: 'Newest', on: 'Older' };

/** Pages of a list by cursor: onwards, and back to the newest. */
export function Pager(props: PagerProps) {
  const { path, query, next, name = 'cursor', label = 'Pages', place = '', words = byTime } = props;
  const cursor = one(query, name);
  if (next === null && cursor === null) return null;
  const at = (change: Readonly<Record<string, string | null>>) => `${changeQuery(path, query, change)}${place}`;
  return (
    <nav aria-label={label} className="flex justify-end gap-2 border-t border-line px-3 py-2">
      {cursor !== null && (
        <Link href={at({ [name]: null })} className={buttonClass()}>
          {words.back}
        </Link>
      )}
      {next !== null && (
        <Link href={at({ [name]: next })} className={buttonClass()} rel="next">
          {words.on}
        </Link>
      )}
    </nav>
  );
}
