'use client';

import type { SignInWays } from '@cooperage/contracts';
import { useEffect, useState } from 'react';
import { buttonClass } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { fetchJson } from '@/lib/api/browser';
import { tabSession } from '@/lib/session/tab-session';
import { SignInForm } from './sign-in-form';

const lookEveryMs = 3000;

/** Signing in again over the page, which stays as it is. */
export function SessionDialog({ email, ended }: { email: string; ended: boolean }) {
  useEffect(() => {
    if (!ended) return;
    const look = async (): Promise<void> => {
      if (await tabSession.lookAgain(email)) window.location.reload();
    };
    const timer = setInterval(look, lookEveryMs);
    window.addEventListener('focus', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', look);
    };
  }, [ended, email]);
  return (
    <Dialog title="Your session has ended" open={ended} onClose={() => tabSession.isEnded() && tabSession.dismissed()}>
      <SignInAgain email={email} />
    </Dialog>
  );
}

function SignInAgain({ email }: { email: string }) {
  const [oidc, setOidc] = useState<SignInWays['oidc']>(null);
  useEffect(() => {
    void fetchJson<SignInWays>('/v1/sign-in-ways').then((ways) => ways.ok && setOidc(ways.value.oidc));
  }, []);
  const done = (signedInAs: string): void => {
    // What this page shows was made for somebody else.
    if (signedInAs.toLowerCase() !== email.toLowerCase()) window.location.reload();
    else tabSession.restored();
  };
  return (
    <div className="grid gap-3">
      <p className="text-text-2">
        Sign in again and go on where you were. What you typed is still there, and what you asked for last is asked
        again.
      </p>
      <SignInForm email={email} isSecond={false} onSignedIn={done} />
      {oidc && (
        <a href={oidc.startUrl} target="_blank" rel="noopener" className={buttonClass()}>
          Sign in with {oidc.name} in another tab
        </a>
      )}
    </div>
  );
}
