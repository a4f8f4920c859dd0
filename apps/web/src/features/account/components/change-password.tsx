'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

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
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={fieldError('currentPassword')}
        />
        <TextField
          label="New password"
          name="new"
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          maxLength={200}
          hint="At least 12 characters. Your other sessions end."
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
