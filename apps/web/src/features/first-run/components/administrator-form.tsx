'use client';

import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';
import { signIn } from '@/features/account/api/sign-in';
import { EmailField, NewPasswordField, PersonNameField } from '@/features/account/components/account-fields';
import { OrganizationFields } from '@/features/installation/components/organization-fields';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** The first account, which is the installation's administrator. The token is with the browser already. */
export function AdministratorForm() {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '');
    const body = {
      email: text('email'),
      name: text('name'),
      password: text('password'),
      organization: { name: text('organization'), slug: text('slug') },
    };
    run(
      async () => {
        const made = await send('POST', '/v1/setup', body);
        return made.ok ? signIn(body.email, body.password) : made;
      },
      // A whole new document: from here on the page is for somebody who is signed in.
      () => window.location.assign('/setup'),
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3" method="post">
      <PersonNameField error={fieldError('name')} />
      <EmailField error={fieldError('email')} />
      <NewPasswordField error={fieldError('password')} />
      <OrganizationFields
        label="Organization"
        names={{ name: 'organization', slug: 'slug' }}
        errors={{ name: fieldError('organization.name'), slug: fieldError('organization.slug') }}
      />
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" className="justify-self-start" disabled={pending}>
        {pending ? 'Setting up' : 'Make the administrator'}
      </Button>
    </form>
  );
}
