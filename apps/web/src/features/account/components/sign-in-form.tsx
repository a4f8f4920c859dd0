'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import type { ProblemView } from '@/lib/api/problem';
import { signIn } from '../api/sign-in';

/** @param isSecond another way stands above it, which is the first choice. */
export function SignInForm({ next, isSecond }: { next: string; isSecond?: boolean }) {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ProblemView | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const result = await signIn(String(form.get('email')), String(form.get('password')));
    // A whole new document: nothing that was made without the session stays.
    if (result.ok) window.location.assign(next);
    else {
      setProblem(result.problem);
      setPending(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3" method="post">
      <TextField label="Mail address" name="email" type="email" autoComplete="username" required autoFocus />
      <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
      <ProblemNote problem={problem} />
      <Button type="submit" look={isSecond ? 'plain' : 'primary'} disabled={pending}>
        {pending ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
