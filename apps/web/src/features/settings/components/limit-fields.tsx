import type { Limits } from '@cooperage/contracts';
import { TextField } from '@/components/ui/field';

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
          placeholder="no limit"
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
          placeholder="no limit"
          defaultValue={limits.diskBytes === null ? '' : limits.diskBytes / mebibyte}
          error={fieldError('limits.diskBytes')}
        />
      </div>
    </fieldset>
  );
}
