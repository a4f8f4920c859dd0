'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

export function PutRegistryCredential({ projectId }: { projectId: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const host = encodeURIComponent(String(form.get('host')));
    const body = { username: form.get('username'), password: form.get('password') };
    run(
      () => send('PUT', `/v1/projects/${projectId}/registry-credentials/${host}`, body),
      () => element.reset(),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-2 sm:grid-cols-[1fr_1fr_1fr_auto] sm:items-start">
      <TextField
        label="Host"
        name="host"
        mono
        required
        placeholder="registry.example.com"
        pattern="[a-z0-9.\-]+(:[0-9]{1,5})?"
        title="A host name, with a port where it has one"
        error={fieldError('host')}
      />
      <TextField label="User name" name="username" required maxLength={256} error={fieldError('username')} />
      <TextField
        label="Password or token"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        error={fieldError('password')}
      />
      <Button type="submit" disabled={pending} className="sm:mt-6">
        {pending ? 'Setting' : 'Set'}
      </Button>
      <div className="sm:col-span-4">
        <ProblemNote problem={problem} />
      </div>
    </form>
  );
}
