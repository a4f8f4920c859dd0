'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { CurrentPasswordField, NewPasswordField, PasswordOwner } from './account-fields';

export function ChangePassword({ email }: { email: string }) {
  const [isDone, setDone] = useState(false);
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const body = { currentPassword: data.get('current'), newPassword: data.get('new') };
    setDone(false);
    run(
      () => send('POST', '/auth/change-password', body),
      () => {
        form.reset();
        setDone(true);
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3" method="post">
      <PasswordOwner email={email} />
      <div className="grid gap-3 sm:grid-cols-2">
        <CurrentPasswordField label="Current password" name="current" error={fieldError('currentPassword')} />
        <NewPasswordField
          label="New password"
          name="new"
          also="Your other sessions end."
          error={fieldError('newPassword')}
        />
      </div>
      <ProblemNote problem={problem} />
      {isDone && <p role="status">The password is changed, and your other sessions have ended.</p>}
      <Button type="submit" disabled={pending} className="justify-self-start">
        {pending ? 'Changing it' : 'Change the password'}
      </Button>
    </form>
  );
}
