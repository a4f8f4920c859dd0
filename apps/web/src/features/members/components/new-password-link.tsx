'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ProblemNote } from '@/components/ui/problem-note';
import { ShownOnce } from '@/components/ui/shown-once';
import { send } from '@/lib/api/browser';
import { useChange } from '@/lib/api/use-change';

/** A one-time link that an owner hands to a member who has forgotten the password. */
export function NewPasswordLink({ address, name }: { address: string; name: string }) {
  const [open, setOpen] = useState(false);
  const [url, setUrl] = useState<string | null>(null);
  const { pending, problem, run } = useChange();
  const make = (): void =>
    run(
      () => send<{ url: string }>('POST', `/v1${address}/password-resets`),
      (made) => setUrl(made.url),
    );
  const close = (): void => {
    setOpen(false);
    setUrl(null);
  };
  return (
    <>
      <Button look="quiet" className="text-xs" aria-label={`New password for ${name}`} onClick={() => setOpen(true)}>
        New password
      </Button>
      <Dialog title={`A new password for ${name}`} open={open} onClose={close}>
        <div className="grid gap-3 text-left whitespace-normal">
          {url ? (
            <ShownOnce secret={url} what="link for the new password" />
          ) : (
            <>
              <p>
                The link works once, for a day. Whoever opens it sets the password; the old one stays until then, and
                every session of {name} ends with it.
              </p>
              <ProblemNote problem={problem} />
              <Button look="primary" disabled={pending} onClick={make} className="justify-self-start">
                {pending ? 'Making it' : 'Make the link'}
              </Button>
            </>
          )}
        </div>
      </Dialog>
    </>
  );
}
