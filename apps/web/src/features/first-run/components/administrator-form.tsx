'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { signIn } from '@/features/account/api/sign-in';
import { slugFromAddress } from '@/features/projects/model/project-slug';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** The first account, which is the installation's administrator. The token is with the browser already. */
export function AdministratorForm() {
  const [slug, setSlug] = useState('');
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
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        required
        maxLength={120}
        error={fieldError('name')}
      />
      <TextField
        label="Mail address"
        name="email"
        type="email"
        autoComplete="username"
        required
        error={fieldError('email')}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={200}
        hint="At least 12 characters."
        error={fieldError('password')}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Organization"
          name="organization"
          required
          maxLength={120}
          error={fieldError('organization.name')}
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
          hint="Part of image addresses."
          error={fieldError('organization.slug')}
        />
      </div>
      <ProblemNote problem={problem} />
      <Button type="submit" look="primary" className="justify-self-start" disabled={pending}>
        {pending ? 'Setting up' : 'Make the administrator'}
      </Button>
    </form>
  );
}
