'use client';

import type { InvitationView } from '@cooperage/contracts';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { textLinkClass } from '@/components/ui/link';
import { ProblemNote } from '@/components/ui/problem-note';
import { send } from '@/lib/api/browser';
import type { Result } from '@/lib/api/problem';
import { useChange } from '@/lib/api/use-change';
import { visibleText } from '@/lib/format/names';
import { AcceptForm } from './accept-form';

/** What a link of an invitation leads to. Its secret stands behind `#`, so that no server ever logs it. */
export function Invitation({ signedInAs }: { signedInAs: string | null }) {
  const [secret, setSecret] = useState('');
  const [found, setFound] = useState<Result<InvitationView> | null>(null);
  useEffect(() => {
    const value = window.location.hash.slice(1);
    setSecret(value);
    void send<InvitationView>('POST', '/v1/invitations/find', { secret: value || '-' }).then(setFound);
  }, []);
  if (!found) return <p className="text-text-2">Checking the invitation…</p>;
  if (!found.ok) {
    return found.problem.status >= 500 ? (
      <ProblemNote problem={found.problem} />
    ) : (
      <>
        <p role="alert">This invitation is invalid, expired or already accepted. Ask for a new one.</p>
        <p>
          <a href="/" className={textLinkClass}>
            Go to the overview
          </a>
        </p>
      </>
    );
  }
  const { organizationName, role, email, hasAccount } = found.value;
  return (
    <div className="grid gap-3">
      <p>
        <b className="font-semibold">{visibleText(organizationName)}</b> invites {visibleText(email)} to join as {role}.
      </p>
      {signedInAs === email ? (
        <Join secret={secret} />
      ) : signedInAs !== null ? (
        <p role="alert" className="text-wait">
          You are signed in as {visibleText(signedInAs)}. Sign out, then open the link again.
        </p>
      ) : hasAccount ? (
        <p>
          An account with this email address already exists.{' '}
          <a href="/sign-in" className={textLinkClass}>
            Sign in
          </a>
          , then open the link again.
        </p>
      ) : (
        <AcceptForm secret={secret} email={email} />
      )}
    </div>
  );
}

function Join({ secret }: { secret: string }) {
  const { pending, problem, run } = useChange();
  return (
    <>
      <ProblemNote problem={problem} />
      <Button
        look="primary"
        disabled={pending}
        onClick={() =>
          run(
            () => send('POST', '/v1/invitations/join', { secret }),
            () => window.location.assign('/'),
          )
        }
      >
        {pending ? 'Joining' : 'Join'}
      </Button>
    </>
  );
}
