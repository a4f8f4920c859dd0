'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { textLinkClass } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import type { Result } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';
import { signIn } from '../api/sign-in';
import { NewPasswordField, PasswordOwner } from './account-fields';

/** What a link for a new password leads to. Its secret stands behind `#`, so that no server ever logs it. */
export function ResetForm() {
  const [secret, setSecret] = useState('');
  const [found, setFound] = useState<Result<{ email: string }> | null>(null);
  useEffect(() => {
    const value = window.location.hash.slice(1);
    setSecret(value);
    void send<{ email: string }>('POST', '/v1/password-resets/find', { secret: value || '-' }).then(setFound);
  }, []);
  if (!found) return <p className="text-text-2">Looking at the link.</p>;
  if (found.ok) return <NewPassword secret={secret} email={found.value.email} />;
  if (found.problem.status !== 404) return <ProblemNote problem={found.problem} />;
  return (
    <>
      <p role="alert">This link is not known. It may be used already, or too old; ask for another one.</p>
      <p>
        <a href="/sign-in" className={textLinkClass}>
          Go to the sign-in
        </a>
      </p>
    </>
  );
}

function NewPassword({ secret, email }: { secret: string; email: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    run(
      async () => {
        const set = await send('POST', '/v1/password-resets/use', { secret, password });
        return set.ok ? signIn(email, password) : set;
      },
      () => window.location.assign('/'),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3" method="post">
      <p>For {visibleText(email)}. Every session of this account ends.</p>
      <PasswordOwner email={email} />
      <NewPasswordField label="New password" autoFocus error={fieldError('password')} />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Setting it' : 'Set it and sign in'}
      </Button>
    </form>
  );
}
