'use client';

import type { QuotaSettingsView } from '@cooperage/contracts';
import type { FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { typedQuota } from '../model/typed-quota';

const mebibyte = 1024 ** 2;

/** In the order of the form; bytes are typed in MiB. */
const fields = [
  { name: 'weight', label: 'Weight when slots are shared', scale: 1 },
  { name: 'projects', label: 'Projects', scale: 1 },
  { name: 'concurrentBuilds', label: 'Concurrent builds', scale: 1 },
  { name: 'queuedBuilds', label: 'Waiting builds', scale: 1 },
  { name: 'buildMinutes', label: 'Build minutes per month', scale: 1 },
  { name: 'cpus', label: 'CPUs per build', scale: 1 },
  { name: 'memoryBytes', label: 'Memory per build, MiB', scale: mebibyte },
  { name: 'pids', label: 'Processes per build', scale: 1 },
  { name: 'diskBytes', label: 'Disk per build, MiB', scale: mebibyte },
  { name: 'timeoutMs', label: 'Time limit per build, minutes', scale: 60_000 },
  { name: 'imageBytes', label: 'Images, MiB', scale: mebibyte },
  { name: 'cacheBytes', label: 'Caches, MiB', scale: mebibyte },
  { name: 'logBytes', label: 'Logs and records, MiB', scale: mebibyte },
  { name: 'deliveryBytes', label: 'Deliveries, MiB', scale: mebibyte },
] as const satisfies readonly {
  readonly name: keyof QuotaSettingsView;
  readonly label: string;
  readonly scale: number;
}[];

export interface QuotaFormProps {
  /** Below `/v1`. */
  readonly address: string;
  readonly quota: QuotaSettingsView;
  /** What holds where a field is empty; null where that is the built-in value, or no limit. */
  readonly otherwise: QuotaSettingsView | null;
}

/** An empty field leaves it to the installation, and there to the built-in value or to no limit. */
export function QuotaForm({ address, quota, otherwise }: QuotaFormProps) {
  const { pending, problem, run, fieldError } = useChange();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = Object.fromEntries(
      fields.map(({ name, scale }) => {
        return [name, typedQuota(String(form.get(name) ?? ''), scale, name !== 'cpus')];
      }),
    );
    run(() => send('PUT', `/v1${address}`, body));
  };
  const shown = (value: number | null | undefined, scale: number): string =>
    value === null || value === undefined ? '' : String(value / scale);
  return (
    <form onSubmit={submit} method="post" className="grid gap-3 p-3">
      <p className="text-sm text-text-2">
        {otherwise === null
          ? 'An empty field means the built-in value, or no limit where there is none.'
          : 'An empty field means the default, which stands in it in gray.'}
      </p>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {fields.map(({ name, label, scale }) => (
          <TextField
            key={name}
            label={label}
            name={name}
            inputMode="decimal"
            defaultValue={shown(quota[name], scale)}
            placeholder={shown(otherwise?.[name], scale) || 'No limit'}
            error={fieldError(name)}
          />
        ))}
      </div>
      <ProblemNote problem={problem} />
      <Button type="submit" disabled={pending} className="justify-self-start">
        {pending ? 'Saving' : 'Save'}
      </Button>
    </form>
  );
}
