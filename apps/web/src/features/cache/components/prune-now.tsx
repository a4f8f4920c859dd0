'use client';

import type { CachePrunePreview, PruneCache } from '@cooperage/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';
import { curlCall } from '@/lib/format/shell';

interface PruneNowProps {
  readonly projectId: string;
  readonly origin: string;
  readonly rule: Pick<PruneCache, 'zone' | 'q' | 'unusedDays'>;
  readonly preview: Pick<CachePrunePreview, 'references' | 'seen'>;
}

/** Deletes what was seen, and nothing else: where another set fits by now it is refused. */
export function PruneNow({ projectId, origin, rule, preview }: PruneNowProps) {
  const [reason, setReason] = useState('');
  const { pending, problem, run, fieldError } = useChange();
  const path = `/projects/${projectId}/cache/prunes`;
  const body = { ...rule, reason: reason.trim() };
  const prune = (event: FormEvent): void => {
    event.preventDefault();
    run(
      () => send('POST', `/v1${path}`, { ...body, seen: preview.seen }),
      () => setReason(''),
    );
  };
  const what = preview.references === 1 ? 'this cache' : `these ${preview.references} caches`;
  return (
    <form onSubmit={prune} className="grid gap-3 border-t border-line p-3">
      <TextField
        label="Reason"
        maxLength={500}
        required
        hint="It stands in the audit, and beside each deletion below. It cannot be taken back."
        error={fieldError('reason')}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <ProblemNote problem={problem} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="danger" disabled={pending || body.reason === ''}>
          {pending ? 'Asking' : `Delete ${what}`}
        </Button>
        <CopyButton
          text={curlCall(origin, { method: 'POST', path, body })}
          label="Copy as command"
          what="command"
          always
        />
      </div>
    </form>
  );
}
