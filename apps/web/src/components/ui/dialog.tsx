'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './button';

export interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const fields = 'input, select, textarea';

/** The platform's own modal dialog: it keeps the focus inside, gives it back, and closes by Esc. */
export function Dialog({ title, open, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) {
      dialog.showModal();
      // The platform would begin at the button that closes.
      (dialog.querySelector<HTMLElement>('[data-first]') ?? dialog.querySelector<HTMLElement>(fields))?.focus();
    }
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onClose={onClose}
      className="m-auto w-[min(34rem,calc(100vw-2rem))] rounded border border-line-strong bg-surface p-0 text-left text-base font-normal shadow-xl"
    >
      {open && (
        <>
          <div className="flex items-center justify-between border-b border-line px-4 py-2.5">
            <h2 className="font-semibold">{title}</h2>
            <Button look="quiet" onClick={onClose}>
              Close
            </Button>
          </div>
          <div className="p-4">{children}</div>
        </>
      )}
    </dialog>
  );
}
