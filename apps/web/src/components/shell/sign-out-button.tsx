'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';

export function SignOutButton() {
  const [failed, setFailed] = useState(false);
  const leave = async (): Promise<void> => {
    const left = await import('@/lib/api/sign-out').then(
      ({ signOut }) => signOut(),
      () => false,
    );
    setFailed(!left);
  };
  return (
    <>
      <Button onClick={() => void leave()} className="w-full">
        Sign out
      </Button>
      {failed && <p role="alert">Signing out did not work. Try again.</p>}
    </>
  );
}
