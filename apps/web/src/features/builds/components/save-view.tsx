'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';

interface SaveViewProps {
  readonly filter: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Gives a filter a name, under which it is found again. */
export function SaveView({ filter, open, onClose }: SaveViewProps) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name'));
    run(() => send('POST', '/v1/saved-views', { name, filter }), onClose);
  };
  return (
    <Dialog title="Keep this view" open={open} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <p>
          <code className="break-all">{visibleText(filter)}</code>
        </p>
        <TextField label="Name" name="name" required maxLength={60} data-first error={fieldError('name')} />
        <ProblemNote problem={problem} />
        <Button type="submit" look="primary" disabled={pending}>
          Keep
        </Button>
      </form>
    </Dialog>
  );
}
