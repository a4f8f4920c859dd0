'use client';

import { CopyButton } from '@/components/ui/copy-button';
import type { Search } from '@/lib/palette/use-search';

/** The last line of the palette: how much was found, in words that are read out when they change. */
export function PaletteEnd({ text, count, state }: { text: string; count: number; state: Search['state'] }) {
  const nothing = count === 0 && state === 'done';
  return (
    <div className="flex min-h-10 items-center justify-between gap-3 border-t border-line px-4 py-1 text-sm text-text-2">
      <span role="status">
        {state === 'asking'
          ? 'Asking'
          : state === 'failed'
            ? 'The service could not be asked; pages and actions work.'
            : nothing
              ? 'No such command, and nothing of that name.'
              : `${count} ${count === 1 ? 'result' : 'results'}`}
      </span>
      {nothing && text.trim() !== '' && (
        <CopyButton
          text={`Cooperage: the palette knows no command for “${text.trim()}” on ${window.location.pathname}`}
          label="Copy a report"
          what="for whoever runs this installation"
        />
      )}
    </div>
  );
}
