'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { signIn } from '@/features/account/api/sign-in';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** Makes the account of somebody who has none, and signs in with it. */
export function AcceptForm({ secret, email }: { secret: string; email: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get('password'));
    run(
      async () => {
        const made = await send('POST', '/v1/invitations/accept', { secret, name: form.get('name'), password });
        return made.ok ? signIn(email, password) : made;
      },
      () => window.location.assign('/'),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3" method="post">
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        required
        autoFocus
        maxLength={120}
        error={fieldError('name')}
      />
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={200}
        hint="At least 12 characters."
        error={fieldError('password')}
      />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Joining' : 'Make the account and join'}
      </Button>
    </form>
  );
}
