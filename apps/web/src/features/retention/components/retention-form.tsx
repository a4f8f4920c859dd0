'use client';

import type { RetentionPolicyView } from '@cooperage/contracts';
import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { daysOf, keptFor } from '../model/retention-labels';

const fields = [
  ['buildDays', 'Builds without an image, days'],
  ['logDays', 'Logs, days'],
  ['deliveryDays', 'Webhook deliveries, days'],
  ['graceDays', 'Days to undo a deletion'],
] as const;

/** The values of the organization; an empty field inherits. */
export function RetentionForm({ organizationId, policy }: { organizationId: string; policy: RetentionPolicyView }) {
  const { pending, problem, run, fieldError } = useChange();
  const save = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = Object.fromEntries(fields.map(([name]) => [name, daysOf(String(form.get(name)))]));
    run(() => send('PUT', `/v1/organizations/${encodeURIComponent(organizationId)}/retention`, body));
  };
  return (
    <form onSubmit={save} className="grid gap-3 p-3" method="post">
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {fields.map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            name={name}
            inputMode="numeric"
            defaultValue={policy.origins[name] === 'organization' ? policy[name] : ''}
            placeholder={String(policy.defaults[name])}
            hint={`Leave empty for the default, ${keptFor(policy.defaults[name])}. ${name === 'graceDays' ? '0 deletes at once.' : '0 keeps them forever.'}`}
            error={fieldError(name)}
          />
        ))}
      </div>
      <ProblemNote problem={problem} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={pending}>
          {pending ? 'Saving' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
