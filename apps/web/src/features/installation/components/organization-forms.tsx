'use client';

import type { Me } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { slugFromAddress } from '@/features/projects/model/project-slug';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

type Membership = Me['organizations'][number];

/** An organization's name, for its owners to change. The short name stays: images are addressed by it. */
export function RenameOrganization({ organization }: { organization: Membership }) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get('name');
    run(() => send('PATCH', `/v1/organizations/${encodeURIComponent(organization.organizationId)}`, { name }));
  };
  return (
    <form onSubmit={submit} className="grid gap-2" method="post">
      <div className="flex items-end gap-2">
        <TextField
          label={`Name of ${organization.slug}`}
          name="name"
          required
          maxLength={120}
          defaultValue={organization.name}
          error={fieldError('name')}
        />
        <Button type="submit" disabled={pending}>
          Rename
        </Button>
      </div>
      <ProblemNote problem={problem} />
    </form>
  );
}

export function NewOrganization() {
  const [slug, setSlug] = useState('');
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    run(
      () => send('POST', '/v1/organizations', { name: new FormData(form).get('name'), slug }),
      () => {
        form.reset();
        setSlug('');
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3" method="post">
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          error={fieldError('name')}
          onChange={(event) => setSlug(slugFromAddress(event.target.value))}
        />
        <TextField
          label="Short name"
          name="slug"
          mono
          required
          maxLength={63}
          value={slug}
          onChange={(event) => setSlug(event.target.value)}
          hint="Part of image addresses; it stays."
          error={fieldError('slug')}
        />
      </div>
      <ProblemNote problem={problem} />
      <Button type="submit" disabled={pending} className="justify-self-start">
        {pending ? 'Making it' : 'Make an organization'}
      </Button>
    </form>
  );
}
