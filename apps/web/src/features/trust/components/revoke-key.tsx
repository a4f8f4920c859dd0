'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

interface RevokeProps {
  readonly projectId: string;
  readonly keyId: string;
  /** Has to be typed: what is revoked cannot be taken back. */
  readonly name: string;
  readonly effects: string;
  readonly tags: readonly string[];
}

/** A key that counts no more. It says what stops verifying before it is done. */
export function RevokeKey({ projectId, keyId, name, effects, tags }: RevokeProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const { pending, problem, run } = useChange();
  const revoke = (): void =>
    run(
      () => send('POST', `/v1/projects/${projectId}/keys/${keyId}/revoke`),
      () => setOpen(false),
    );
  return (
    <>
      <Button
        look="quiet"
        className="text-xs text-bad!"
        aria-label={`Revoke key ${name}`}
        onClick={() => setOpen(true)}
      >
        Revoke
      </Button>
      <Dialog title={`Revoke key ${name}`} open={open} onClose={() => setOpen(false)}>
        <div className="grid gap-3">
          <p>Its signatures count no more, and its private part is destroyed. This cannot be taken back.</p>
          <p className="rounded border border-bad bg-bad-bg px-3 py-2">{effects}</p>
          {tags.length > 0 && (
            <p className="text-sm break-words">
              Tags that will not verify: <code>{tags.join(', ')}</code>
            </p>
          )}
          <TextField
            label={`Type ${name} to go on`}
            mono
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <ProblemNote problem={problem} />
          <div className="flex gap-2">
            <Button look="danger" disabled={pending || typed !== name} onClick={revoke}>
              {pending ? 'Asking' : 'Revoke the key'}
            </Button>
            <Button onClick={() => setOpen(false)}>Keep</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
