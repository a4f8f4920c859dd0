'use client';

import type { PasswordResetView } from '@cooperage/contracts';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CheckField } from '@/components/ui/field';
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
  const [found, setFound] = useState<Result<PasswordResetView> | null>(null);
  useEffect(() => {
    const value = window.location.hash.slice(1);
    setSecret(value);
    void send<PasswordResetView>('POST', '/v1/password-resets/find', { secret: value || '-' }).then(setFound);
  }, []);
  if (!found) return <p className="text-text-2">Checking the link…</p>;
  if (found.ok) return <NewPassword secret={secret} {...found.value} />;
  if (found.problem.status !== 404) return <ProblemNote problem={found.problem} />;
  return (
    <>
      <p role="alert">This link is invalid, expired or already used. Ask for a new one.</p>
      <p>
        <a href="/sign-in" className={textLinkClass}>
          Back to sign-in
        </a>
      </p>
    </>
  );
}

function NewPassword({ secret, email, apiTokens }: PasswordResetView & { secret: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get('password'));
    const keepApiTokens = form.get('keepApiTokens') !== null;
    run(
      async () => {
        const set = await send('POST', '/v1/password-resets/use', { secret, password, keepApiTokens });
        return set.ok ? signIn(email, password) : set;
      },
      () => window.location.assign('/'),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3" method="post">
      <p>For {visibleText(email)}. All sessions of this account are signed out.</p>
      <PasswordOwner email={email} />
      <NewPasswordField label="New password" autoFocus error={fieldError('password')} />
      {apiTokens > 0 && (
        <CheckField
          label={`Keep ${apiTokens === 1 ? 'the API token' : `the ${apiTokens} API tokens`} of this account`}
          hint="Only if no one else had this account. They are revoked otherwise."
          name="keepApiTokens"
        />
      )}
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending}>
        {pending ? 'Setting…' : 'Set password and sign in'}
      </Button>
    </form>
  );
}
