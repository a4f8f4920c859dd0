import type { Attention } from '@cooperage/contracts';
import { buttonClass, Key } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { visibleText } from '@/lib/format/names';
import { attentionView } from '../model/attention';

/** Keys 1 to 9 open the first nine. */
const keyed = 9;

/** What needs somebody, each with its way out. */
export function AttentionCard({ items }: { items: readonly Attention[] }) {
  return (
    <Card title="Needs someone" aside={<span className="tabular-nums">{items.length}</span>}>
      {items.length === 0 ? (
        <p className="px-3 py-3 text-text-2">
          Nothing. Default branches, images, webhooks, tokens and workers are in order.
        </p>
      ) : (
        <ul>
          {items.map(attentionView).map(({ key, title, text, fix, href }, index) => (
            <li
              key={key}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3 py-2 last:border-b-0"
            >
              <div className="min-w-0 flex-1 basis-72">
                <p className="font-medium break-words">{visibleText(title)}</p>
                <p className="line-clamp-2 text-sm break-words text-text-2">{visibleText(text)}</p>
              </div>
              <Link
                href={href}
                data-row
                data-key={index < keyed ? String(index + 1) : undefined}
                className={buttonClass()}
              >
                {fix}
                {index < keyed && <Key>{String(index + 1)}</Key>}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
