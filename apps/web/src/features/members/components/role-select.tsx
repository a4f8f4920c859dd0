'use client';

import { type Role, roles } from '@cooperage/domain/predicates';
import { inputClass } from '@/components/ui/input-class';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { classes } from '@/lib/classes';

export function RoleSelect({ address, name, role }: { address: string; name: string; role: Role }) {
  const { pending, problem, run } = useChange();
  return (
    <div className="grid gap-1">
      <select
        // Another value from the server, after a change or its refusal, is another select.
        key={`${role} ${problem?.requestId ?? ''}`}
        aria-label={`Role of ${name}`}
        defaultValue={role}
        disabled={pending}
        className={classes(inputClass, 'w-auto! min-w-28')}
        onChange={(event) => {
          const next = event.target.value;
          run(() => send('PATCH', `/v1${address}`, { role: next }));
        }}
      >
        {roles.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <ProblemNote problem={problem} />
    </div>
  );
}
