'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CheckField, SelectField, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { ShownOnce } from '@/components/ui/shown-once';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

const scopes = [
  { id: 'read', label: 'Read', hint: 'See projects, builds, logs and images.' },
  { id: 'write', label: 'Write', hint: 'Start, stop and change as well.' },
  { id: 'registry', label: 'Registry', hint: 'Pull images; docker login takes it as the password.' },
] as const;

export function NewToken({ organizationId }: { organizationId: string }) {
  const [secret, setSecret] = useState<string | null>(null);
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const days = String(form.get('days'));
    const body = {
      organizationId,
      name: form.get('name'),
      scopes: form.getAll('scopes'),
      expiresInDays: days === '' ? null : Number(days),
    };
    run(
      () => send<{ secret: string }>('POST', '/v1/tokens', body),
      (made) => {
        setSecret(made.secret);
        element.reset();
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3">
      {secret && <ShownOnce secret={secret} what="token" />}
      <div className="grid gap-3 sm:grid-cols-[1fr_10rem]">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          placeholder="ci of the website"
          hint="What it is for, to know later whether it is still needed."
          error={fieldError('name')}
        />
        <SelectField label="Good for" name="days" defaultValue="90" error={fieldError('expiresInDays')}>
          <option value="7">7 days</option>
          <option value="30">30 days</option>
          <option value="90">90 days</option>
          <option value="365">a year</option>
          <option value="">ever</option>
        </SelectField>
      </div>
      <fieldset className="grid gap-2 sm:grid-cols-3">
        <legend className="mb-1 font-medium">May</legend>
        {scopes.map((scope) => (
          <CheckField
            key={scope.id}
            name="scopes"
            value={scope.id}
            label={scope.label}
            hint={scope.hint}
            defaultChecked={scope.id === 'read'}
          />
        ))}
      </fieldset>
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" disabled={pending} className="justify-self-start">
        {pending ? 'Making it' : 'Make a token'}
      </Button>
    </form>
  );
}
