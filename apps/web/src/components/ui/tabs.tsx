import { CurrentInView } from './current-in-view';
import { Link } from './link';

export interface TabItem {
  readonly href: string;
  readonly label: string;
  readonly count?: number;
  /** Key that opens it from anywhere on the page. */
  readonly shortcut?: string;
  readonly active: boolean;
}

/** Views of one page. Each has its own address. */
export function Tabs({ label, items }: { label: string; items: readonly TabItem[] }) {
  return (
    <nav aria-label={label} className="flex overflow-x-auto text-sm text-text-2 sm:gap-1 sm:text-base">
      <CurrentInView href={items.find(({ active }) => active)?.href} />
      {items.map((item) => (
        <Link
          key={item.href}
          href={item.href}
          scroll={false}
          data-key={item.shortcut}
          title={item.shortcut && `Key ${item.shortcut}`}
          aria-current={item.active ? 'page' : undefined}
          className="border-b-2 border-transparent px-2 py-1.5 whitespace-nowrap sm:px-2.5 hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text"
        >
          {item.label}
          {item.count !== undefined && <span className="ml-1 text-text-3 tabular-nums"> {item.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
