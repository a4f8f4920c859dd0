'use client';

import { useRouter } from 'next/navigation';
import { useTransition } from 'react';
import { Button } from './button';

export function TryAgain() {
  const router = useRouter();
  const [pending, start] = useTransition();
  return (
    <Button disabled={pending} onClick={() => start(() => router.refresh())}>
      {pending ? 'Asking' : 'Try again'}
    </Button>
  );
}
