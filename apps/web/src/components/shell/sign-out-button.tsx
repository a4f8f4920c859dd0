'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { send } from '@/lib/api/browser';

export function SignOutButton() {
  const [failed, setFailed] = useState(false);
  const signOut = async (): Promise<void> => {
    const result = await send('POST', '/auth/sign-out', {});
    // A whole new document, so that nothing of the session stays in the page's memory.
    if (result.ok) window.location.assign('/sign-in');
    else setFailed(true);
  };
  return (
    <>
      <Button onClick={() => void signOut()} className="w-full">
        Sign out
      </Button>
      {failed && <p role="alert">Signing out did not work. Try again.</p>}
    </>
  );
}
