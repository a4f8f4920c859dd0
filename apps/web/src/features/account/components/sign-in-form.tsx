'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import type { ProblemView } from '@/lib/api/problem';
import { signIn } from '../api/sign-in';
import { CurrentPasswordField, EmailField } from './account-fields';

export interface SignInFormProps {
  /** Another way stands above it, which is the first choice. */
  readonly isSecond?: boolean;
  /** Who is most likely to sign in. */
  readonly email?: string;
  readonly onSignedIn: (email: string) => void;
}

/** Mail address and password, with the reason where they were refused. */
export function SignInForm({ isSecond, email, onSignedIn }: SignInFormProps) {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ProblemView | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const typed = String(form.get('email'));
    const result = await signIn(typed, String(form.get('password')));
    if (result.ok) onSignedIn(typed);
    else {
      setProblem(result.problem);
      setPending(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3" method="post">
      <EmailField autoFocus={email === undefined} defaultValue={email} />
      <CurrentPasswordField data-first />
      <ProblemNote problem={problem} />
      <Button type="submit" look={isSecond ? 'plain' : 'primary'} disabled={pending}>
        {pending ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
