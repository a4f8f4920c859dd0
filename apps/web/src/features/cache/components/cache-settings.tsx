'use client';

import type { Project } from '@cooperage/contracts';
import { cacheModes } from '@cooperage/domain/predicates';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { SelectField, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { curlCall } from '@/lib/format/shell';
import { settingWords } from '../model/mode-words';

const mebibyte = 1024 ** 2;

interface CacheSettingsProps {
  readonly projectId: string;
  readonly mode: Project['cacheMode'];
  readonly budgetBytes: number | null;
  readonly unusedDays: number | null;
  readonly origin: string;
}

/** What builds leave, and how much of it may stay. */
export function CacheSettings({ projectId, mode, budgetBytes, unusedDays, origin }: CacheSettingsProps) {
  const [chosen, setChosen] = useState(mode);
  const [budget, setBudget] = useState(budgetBytes === null ? '' : String(budgetBytes / mebibyte));
  const [days, setDays] = useState(unusedDays === null ? '' : String(unusedDays));
  const { pending, problem, run, fieldError } = useChange();
  const path = `/projects/${projectId}`;
  const body = {
    cacheMode: chosen,
    cacheBudgetBytes: budget.trim() === '' ? null : Math.round(Number(budget) * mebibyte),
    cacheUnusedDays: days.trim() === '' ? null : Number(days),
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    run(() => send('PATCH', `/v1${path}`, body));
  };
  return (
    <form onSubmit={save} className="grid gap-3 p-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label="A build leaves"
          value={chosen}
          onChange={(event) => setChosen(cacheModes.find((each) => each === event.target.value) ?? mode)}
          error={fieldError('cacheMode')}
        >
          {cacheModes.map((each) => (
            <option key={each} value={each}>
              {settingWords[each]}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Budget in the registry, MiB"
          inputMode="decimal"
          value={budget}
          onChange={(event) => setBudget(event.target.value)}
          hint="Empty for what the organization says. Above it the longest unused go: strangers’ first, the default branch’s newest never."
          error={fieldError('cacheBudgetBytes')}
        />
        <TextField
          label="Days without a use"
          inputMode="numeric"
          value={days}
          onChange={(event) => setDays(event.target.value)}
          hint="A cache that no build used for so long is deleted from the registry, within the hour; empty for never. The default branch’s newest stays."
          error={fieldError('cacheUnusedDays')}
        />
      </div>
      <ProblemNote problem={problem} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" disabled={pending}>
          {pending ? 'Saving' : 'Save'}
        </Button>
        <CopyButton
          text={curlCall(origin, { method: 'PATCH', path, body })}
          label="Copy as command"
          what="command"
          always
        />
      </div>
    </form>
  );
}
