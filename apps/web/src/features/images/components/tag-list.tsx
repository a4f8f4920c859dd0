import type { ReactNode } from 'react';
import { visibleText } from '@/lib/format/names';

interface TagListProps<Tag extends { readonly tag: string }> {
  readonly tags: readonly Tag[];
  /** What stands beside a tag. */
  readonly about: (tag: Tag) => ReactNode;
}

/** Tags of a project, one a line, in a box of its own that scrolls. */
export function TagList<Tag extends { readonly tag: string }>({ tags, about }: TagListProps<Tag>) {
  return (
    <ul className="max-h-96 divide-y divide-line overflow-y-auto">
      {tags.map((tag) => (
        <li key={tag.tag} className="flex flex-wrap items-baseline justify-between gap-x-3 px-3 py-1.5 text-sm">
          <code className="min-w-0 truncate">{visibleText(tag.tag)}</code>
          <span className="text-text-2">{about(tag)}</span>
        </li>
      ))}
    </ul>
  );
}
