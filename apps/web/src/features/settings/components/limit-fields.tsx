import type { Limits } from '@cooperage/contracts';
import { SelectField, TextField } from '@/components/ui/field';

export interface LimitFieldsProps {
  readonly limits: Limits;
  readonly fieldError: (path: string) => string | null;
}

const mebibyte = 1_048_576;

/** What one build may use. */
export function LimitFields({ limits, fieldError }: LimitFieldsProps) {
  const number = { type: 'number', inputMode: 'numeric', className: 'tabular-nums' } as const;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-semibold">Limits of one build</legend>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
        <TextField
          {...number}
          label="Minutes"
          name="timeout"
          required
          min={0.2}
          max={1440}
          step="any"
          defaultValue={limits.timeoutMs / 60_000}
          error={fieldError('limits.timeoutMs')}
        />
        <TextField
          {...number}
          label="Log, MiB"
          name="log"
          required
          min={0.0625}
          max={2048}
          step="any"
          defaultValue={limits.logBytes / mebibyte}
          error={fieldError('limits.logBytes')}
        />
        <TextField
          {...number}
          label="Memory, MiB"
          name="memory"
          min={64}
          step="any"
          placeholder="no limit"
          defaultValue={limits.memoryBytes === null ? '' : limits.memoryBytes / mebibyte}
          error={fieldError('limits.memoryBytes')}
        />
        <TextField
          {...number}
          label="Processes"
          name="pids"
          min={16}
          max={100_000}
          placeholder="most allowed"
          defaultValue={limits.pids ?? ''}
          error={fieldError('limits.pids')}
        />
        <TextField
          {...number}
          label="Processors"
          name="cpus"
          min={0.1}
          max={256}
          step="any"
          placeholder="no limit"
          defaultValue={limits.cpus ?? ''}
          error={fieldError('limits.cpus')}
        />
        <TextField
          {...number}
          label="Disk, MiB"
          name="disk"
          min={16}
          step="any"
          placeholder="most allowed"
          defaultValue={limits.diskBytes === null ? '' : limits.diskBytes / mebibyte}
          error={fieldError('limits.diskBytes')}
        />
      </div>
      <SelectField
        label="Network"
        name="network"
        defaultValue={limits.network}
        hint="A list of allowed hosts is not among these: the builders cannot hold a step to one, so it is all or nothing. Packages of private names then come from the repository, a base image or a named context."
        error={fieldError('limits.network')}
      >
        <option value="open">Open: steps reach everything public, and never this service or private addresses</option>
        <option value="none">
          None: steps have no network and ADD fetches nothing; base images are pulled and listed
        </option>
      </SelectField>
    </fieldset>
  );
}
