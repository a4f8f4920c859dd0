import { changeQuery, one, type PageQuery } from '@/lib/address/query';
import { buttonClass } from './button';
import { Link } from './link';

/** Pages of a list by cursor: onwards, and back to the newest. */
export function Pager({ path, query, next }: { path: string; query: PageQuery; next: string | null }) {
  const cursor = one(query, 'cursor');
  if (next === null && cursor === null) return null;
  return (
    <nav aria-label="Pages" className="flex justify-end gap-2 border-t border-line px-3 py-2">
      {cursor !== null && (
        <Link href={changeQuery(path, query, { cursor: null })} className={buttonClass()}>
          Newest
        </Link>
      )}
      {next !== null && (
        <Link href={changeQuery(path, query, { cursor: next })} className={buttonClass()} rel="next">
          Older
        </Link>
      )}
    </nav>
  );
}
