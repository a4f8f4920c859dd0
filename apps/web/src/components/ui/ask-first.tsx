'use client';

import { type ReactNode, useState } from 'react';
import type { Result } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';
import { ProblemNote } from './problem-note';

export interface AskFirstProps {
  /** On the button that asks. */
  readonly label: string;
  /** What it is about, in full: of the dialog, and of the button for who does not see where it stands. */
  readonly title: string;
  /** On the button that does it, and while it is done. */
  readonly act: string;
  readonly acting: string;
  /** Takes something away that does not come back. */
  readonly harmful?: boolean;
  /** Has to be typed first, for what takes much with it. */
  readonly typedName?: string;
  readonly change: () => Promise<Result<unknown>>;
  readonly onDone?: () => void;
  /** What follows from it, and what can be chosen. */
  readonly children: ReactNode;
}

/** A button for what is not done lightly: it says what follows before it is done. */
export function AskFirst(props: AskFirstProps) {
  const { label, title, act, acting, harmful = false, typedName, change, onDone, children } = props;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const { pending, problem, run } = useChange();
  const confirm = (): void =>
    run(change, () => {
      setOpen(false);
      onDone?.();
    });
  const opener = harmful ? ({ look: 'quiet', className: 'text-xs text-bad!' } as const) : { className: 'text-xs' };
  return (
    <>
      <Button {...opener} aria-label={title} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={title} open={open} onClose={() => setOpen(false)}>
        <div className="grid gap-3">
          {children}
          {typedName !== undefined && (
            <TextField
              label={`Type ${typedName} to confirm`}
              mono
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
          <ProblemNote problem={problem} />
          <div className="flex gap-2">
            <Button
              look={harmful ? 'danger' : 'primary'}
              disabled={pending || (typedName !== undefined && typed !== typedName)}
              onClick={confirm}
            >
              {pending ? acting : act}
            </Button>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
