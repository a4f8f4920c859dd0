'use client';

import type { Me } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { longestOrganizationName, OrganizationFields } from './organization-fields';

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
          maxLength={longestOrganizationName}
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
  // Each one that is made leaves the fields empty.
  const [made, setMade] = useState(0);
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.currentTarget));
    run(
      () => send('POST', '/v1/organizations', body),
      () => setMade((count) => count + 1),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3" method="post">
      <OrganizationFields
        key={made}
        names={{ name: 'name', slug: 'slug' }}
        errors={{ name: fieldError('name'), slug: fieldError('slug') }}
      />
      <ProblemNote problem={problem} />
      <Button type="submit" disabled={pending} className="justify-self-start">
        {pending ? 'Making it' : 'Make an organization'}
      </Button>
    </form>
  );
}
