'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import type { ProblemView } from '@/lib/api/problem';
import { EmailField } from './account-fields';

/** The way back in: by mail, or where none is sent by an owner. The answer is the same for every address. */
export function ForgottenPassword({ byMail }: { byMail: boolean }) {
  return (
    <details className="text-sm text-text-2">
      <summary>Forgotten your password?</summary>
      <div className="mt-2">
        {byMail ? <AskForLink /> : <p>Ask an owner of your organization: the members page has a link for it.</p>}
      </div>
    </details>
  );
}

function AskForLink() {
  const [state, setState] = useState<'ask' | 'sending' | 'sent'>('ask');
  const [problem, setProblem] = useState<ProblemView | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('reset-email'));
    setState('sending');
    const result = await send('POST', '/v1/password-resets', { email });
    setProblem(result.ok ? null : result.problem);
    setState(result.ok ? 'sent' : 'ask');
  };
  if (state === 'sent') {
    return <p role="status">If somebody here has this address, a link is on its way. It works for half an hour.</p>;
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-3" method="post">
      <EmailField label="Your mail address" name="reset-email" autoComplete="email" />
      <ProblemNote problem={problem} />
      <Button type="submit" disabled={state === 'sending'}>
        {state === 'sending' ? 'Sending' : 'Mail me a link'}
      </Button>
    </form>
  );
}
