'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Heartbeats have no event of their own; they are asked for while the page is looked at. In milliseconds. */
const everyMs = 5000;

export function WorkerTicker() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && router.refresh(), everyMs);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
