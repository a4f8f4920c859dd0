'use client';

import { type Zone, zones } from '@cooperage/domain/predicates';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyLine } from '@/components/ui/copy-line';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { curlCall } from '@/lib/format/shell';
import { scopeWords } from '../model/store-words';

export interface ResetScope {
  readonly projectId: string;
  /** Where the service is, for the command. */
  readonly origin: string;
  /** One ref of a zone; without it the zone is asked for. */
  readonly only?: { readonly zone: Zone; readonly ref: string };
}

interface ResetDialogProps extends ResetScope {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Says what a reset costs before it is done. */
export function ResetDialog({ projectId, origin, only, title, open, onClose }: ResetDialogProps) {
  const [chosen, setChosen] = useState<Zone | null>(null);
  const [reason, setReason] = useState('');
  const { pending, problem, run, fieldError } = useChange();
  const scope = only ?? { zone: chosen, ref: null };
  const what = scopeWords(scope);
  const path = `/projects/${projectId}/cache/resets`;
  const body = { ...scope, reason: reason.trim() };
  const reset = (): void =>
    run(
      () => send('POST', `/v1${path}`, body),
      () => {
        onClose();
        setReason('');
      },
    );
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <div className="grid gap-3">
        {!only && (
          <SelectField
            label="What"
            value={chosen ?? ''}
            onChange={(event) => setChosen(zones.find((zone) => zone === event.target.value) ?? null)}
          >
            <option value="">The whole project</option>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                The {zone} zone
              </option>
            ))}
          </SelectField>
        )}
        <p>
          Builds of {what} that are asked for from now on find nothing older: no step, no cache mount, nothing in the
          registry. The first one runs every step that copies or runs something. What the registry holds is deleted.
          This cannot be taken back.
        </p>
        <TextField
          label="Reason"
          data-first
          maxLength={500}
          hint="It stands in the audit and on this page."
          error={fieldError('reason')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="grid gap-1">
          <span className="text-sm text-text-2">The same from a terminal</span>
          <CopyLine text={curlCall(origin, { method: 'POST', path, body })} what="command" />
        </div>
        <ProblemNote problem={problem} />
        <div className="flex gap-2">
          <Button look="danger" disabled={pending || body.reason === ''} onClick={reset}>
            {pending ? 'Asking' : 'Reset'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </div>
    </Dialog>
  );
}
