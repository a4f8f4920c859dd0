'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

const mebibyte = 1024 ** 2;

interface OrganizationBudgetProps {
  readonly organizationId: string;
  readonly slug: string;
  readonly budgetBytes: number | null;
}

/** What caches of a project may weigh that says nothing itself. */
export function OrganizationBudget({ organizationId, slug, budgetBytes }: OrganizationBudgetProps) {
  const [budget, setBudget] = useState(budgetBytes === null ? '' : String(budgetBytes / mebibyte));
  const { pending, problem, run, fieldError } = useChange();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const cacheBudgetBytes = budget.trim() === '' ? null : Math.round(Number(budget) * mebibyte);
    run(() => send('PUT', `/v1/organizations/${encodeURIComponent(organizationId)}/cache`, { cacheBudgetBytes }));
  };
  return (
    <form onSubmit={save} className="grid gap-2" method="post">
      <div className="flex items-end gap-2">
        <TextField
          label={`Cache budget of each project of ${slug}, MiB`}
          inputMode="decimal"
          value={budget}
          placeholder="No limit"
          onChange={(event) => setBudget(event.target.value)}
          error={fieldError('cacheBudgetBytes')}
        />
        <Button type="submit" disabled={pending}>
          Set
        </Button>
      </div>
      <ProblemNote problem={problem} />
    </form>
  );
}
