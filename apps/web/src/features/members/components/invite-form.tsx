'use client';

import type { CreatedInvitation } from '@cooperage/contracts';
import { roles } from '@cooperage/domain/predicates';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { SelectField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { ShownOnce } from '@/components/ui/shown-once';
import { EmailField } from '@/features/account/components/account-fields';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { roleWords } from './role-words';

export function InviteForm({ organizationId }: { organizationId: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const [mailFailed, setMailFailed] = useState(false);
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    run(
      () =>
        send<CreatedInvitation>('POST', `/v1/organizations/${encodeURIComponent(organizationId)}/invitations`, {
          email: form.get('email'),
          role: form.get('role'),
        }),
      (made) => {
        setUrl(made.url);
        setMailedTo(made.mailed ? made.email : null);
        setMailFailed(made.mailFailed);
        element.reset();
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3">
      {mailFailed && (
        <p role="alert">
          The mail server did not accept the email. The invitation is valid: send the link yourself, or invite again.
        </p>
      )}
      {url && <ShownOnce secret={url} what="link of the invitation" />}
      {mailedTo && (
        <p role="status">
          The link was mailed to <span className="break-all">{mailedTo}</span>. Only its reader sees it: the link proves
          the address.
        </p>
      )}
      <div className="grid gap-3 sm:grid-cols-[1fr_1fr_auto] sm:items-start">
        <EmailField
          autoComplete="off"
          hint="The link is for this address only. It is mailed where mail is set up; else you send it yourself. At most 50 an hour, 200 a day for the organization."
          error={fieldError('email')}
        />
        <SelectField label="Role" name="role" defaultValue="developer" error={fieldError('role')}>
          {roles.map((role) => (
            <option key={role} value={role}>
              {role}: {roleWords[role]}
            </option>
          ))}
        </SelectField>
        <Button type="submit" look="primary" disabled={pending} className="sm:mt-6">
          {pending ? 'Inviting' : 'Invite'}
        </Button>
      </div>
      <ProblemNote problem={problem} />
    </form>
  );
}
