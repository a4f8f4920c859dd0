'use client';

import { useState } from 'react';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';
import { ProblemNote } from './problem-note';

export interface DeleteButtonProps {
  /** Address below `/api/v1`. */
  readonly address: string;
  /** What goes away, as in `Delete the secret NPM_TOKEN`. */
  readonly what: string;
  /** What can no longer be done afterwards. */
  readonly consequence: string;
  /** What goes with it, one by one. */
  readonly goes?: readonly string[];
  readonly label?: string;
  /** Has to be typed first, for what takes much with it. */
  readonly typedName?: string;
  readonly onDone?: () => void;
}

/** Something that cannot be taken back: it says what goes with it before it is done. */
export function DeleteButton({
  address,
  what,
  consequence,
  goes = [],
  label = 'Delete',
  typedName,
  onDone,
}: DeleteButtonProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const { pending, problem, run } = useChange();
  const confirm = (): void =>
    run(
      () => send('DELETE', `/v1${address}`),
      () => {
        setOpen(false);
        onDone?.();
      },
    );
  return (
    <>
      <Button look="quiet" className="text-xs text-bad!" aria-label={`${label} ${what}`} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={`${label} ${what}`} open={open} onClose={() => setOpen(false)}>
        <div className="grid gap-3">
          <p>{consequence}</p>
          {goes.length > 0 && (
            <ul className="list-disc pl-5 text-text-2">
              {goes.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          )}
          {typedName && (
            <TextField
              label={`Type ${typedName} to go on`}
              mono
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
          <ProblemNote problem={problem} />
          <div className="flex gap-2">
            <Button
              look="danger"
              disabled={pending || (typedName !== undefined && typed !== typedName)}
              onClick={confirm}
            >
              {pending ? 'Working' : label}
            </Button>
            <Button onClick={() => setOpen(false)}>Keep</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
