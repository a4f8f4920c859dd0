'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { signIn } from '@/features/account/api/sign-in';
import { NewPasswordField, PasswordOwner, PersonNameField } from '@/features/account/components/account-fields';
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
      <PersonNameField autoFocus error={fieldError('name')} />
      <PasswordOwner email={email} />
      <NewPasswordField error={fieldError('password')} />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Joining…' : 'Create account and join'}
      </Button>
    </form>
  );
}
