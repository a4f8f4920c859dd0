'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextArea, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

export function PutSecret({ projectId }: { projectId: string }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const name = encodeURIComponent(String(form.get('name')));
    run(
      () => send('PUT', `/v1/projects/${projectId}/secrets/${name}`, { value: form.get('value') }),
      () => element.reset(),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-2 sm:grid-cols-[14rem_1fr_auto] sm:items-start">
      <TextField
        label="Name"
        name="name"
        mono
        required
        maxLength={128}
        pattern="[A-Za-z_][A-Za-z0-9_]*"
        title="Letters, digits and underscores"
        error={fieldError('name')}
      />
      <TextArea
        label="Value"
        name="value"
        rows={1}
        required
        minLength={8}
        hint="At least 8 characters, and no common word such as localhost or password."
        maxLength={65_536}
        error={fieldError('value')}
      />
      <Button type="submit" disabled={pending} className="sm:mt-6">
        {pending ? 'Setting' : 'Set'}
      </Button>
      <div className="sm:col-span-3">
        <ProblemNote problem={problem} />
      </div>
    </form>
  );
}
