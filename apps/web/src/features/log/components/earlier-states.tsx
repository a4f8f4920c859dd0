'use client';

import { useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { visibleText } from '@/lib/format/names';

/** What a progress display wrote over one line, in its order. */
export function EarlierStates({ states, onClose }: { states: readonly string[]; onClose: () => void }) {
  // Closed first and gone then, so that the focus is given back.
  const [open, setOpen] = useState(true);
  const close = (): void => {
    setOpen(false);
    setTimeout(onClose);
  };
  return (
    <Dialog title="Updates of this line" open={open} onClose={close}>
      <ol className="max-h-[60dvh] overflow-auto code-font text-xs">
        {states.map((text, index) => (
          <li key={index} className="whitespace-pre">
            {visibleText(text)}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
