'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** The first thing of all: whoever can read the log of the service may set it up. */
export function TokenForm({ token }: { token: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('token') ?? '').trim();
    run(() => send('POST', '/v1/setup/session', { token: typed }));
  };
  return (
    <form onSubmit={submit} className="grid gap-3" method="post">
      <TextField
        label="Set-up token"
        name="token"
        mono
        required
        autoFocus
        defaultValue={token}
        hint="The service printed it when it started."
        error={fieldError('token')}
      />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Looking' : 'Begin'}
      </Button>
      <p className="text-sm text-text-2">
        With Docker Compose: <code>docker compose logs api | grep set-up</code>
      </p>
    </form>
  );
}
