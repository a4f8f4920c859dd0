'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { signOut } from '@/lib/api/sign-out';

export function SignOutButton() {
  const [failed, setFailed] = useState(false);
  const leave = async (): Promise<void> => setFailed(!(await signOut()));
  return (
    <>
      <Button onClick={() => void leave()} className="w-full">
        Sign out
      </Button>
      {failed && <p role="alert">Signing out did not work. Try again.</p>}
    </>
  );
}
