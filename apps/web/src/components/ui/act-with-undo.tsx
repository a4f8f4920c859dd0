'use client';

import type { ReactNode } from 'react';
import { type Method, send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { offerUndo } from '@/lib/undo/tab-offers';
import { Button, type ButtonLook } from './button';
import { ProblemNote } from './problem-note';

/** A request below `/api/v1`. */
interface Act {
  readonly method: Method;
  readonly address: string;
  readonly body?: unknown;
}

export interface ActWithUndoProps {
  readonly act: Act;
  /** What takes it back. */
  readonly undo: Act;
  /** What was done then, as a sentence without its full stop. */
  readonly done: string;
  readonly children: ReactNode;
  /** The act and its object, where the words of the button alone do not say it. */
  readonly label?: string;
  readonly look?: ButtonLook;
  readonly shortcut?: string;
}

/** For what can be taken back (hide, disable, mute): done at once, with 8 seconds to undo, instead of a question before. */
export function ActWithUndo({ act, undo, done, children, label, look = 'quiet', shortcut }: ActWithUndoProps) {
  const { pending, problem, run } = useChange();
  const perform = ({ method, address, body }: Act) => send(method, `/v1${address}`, body);
  const go = (): void =>
    run(
      () => perform(act),
      () => void offerUndo(done, () => perform(undo)),
    );
  return (
    <>
      <Button look={look} className="text-xs" aria-label={label} shortcut={shortcut} disabled={pending} onClick={go}>
        {children}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}
