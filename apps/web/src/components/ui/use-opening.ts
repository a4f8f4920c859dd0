'use client';

import { useState } from 'react';

export interface Opening {
  /** False until it was opened once. It stays on the page from then on, so that its dialog can give the focus back. */
  readonly wanted: boolean;
  readonly open: boolean;
  readonly close: () => void;
  /** For the button that opens it: its code comes when somebody reaches for that. */
  readonly opener: {
    readonly onPointerEnter: () => void;
    readonly onFocus: () => void;
    readonly onClick: () => void;
  };
}

/** The state of a dialog whose code is loaded on demand. */
export function useOpening(load: () => Promise<unknown>): Opening {
  const [open, setOpen] = useState<boolean>();
  const soon = (): void => void load();
  const opener = { onPointerEnter: soon, onFocus: soon, onClick: () => setOpen(true) };
  return { wanted: open !== undefined, open: open === true, close: () => setOpen(false), opener };
}
