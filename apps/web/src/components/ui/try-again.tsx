'use client';

import { useEffect, useState } from 'react';
import { useRefresh } from '@/lib/live/tab-service';
import { Button } from './button';

const byItselfEveryMs = 10_000;

/** @param byItself whether the page also asks again without anybody pressing: for faults that pass */
export function TryAgain({ byItself }: { byItself: boolean }) {
  const refresh = useRefresh();
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!byItself) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), byItselfEveryMs);
    return () => clearInterval(timer);
  }, [byItself, refresh]);
  const ask = (): void => {
    setAsking(true);
    void refresh().finally(() => setAsking(false));
  };
  return (
    <Button disabled={asking} onClick={ask}>
      {asking ? 'Asking' : 'Try again'}
    </Button>
  );
}
