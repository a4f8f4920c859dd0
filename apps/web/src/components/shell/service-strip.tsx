'use client';

import { Elapsed } from '@/components/ui/elapsed';
import { useServiceState } from '@/lib/live/tab-service';

/** Says that what is on the page grows old, for as long as the service is away. Nothing else moves. */
export function ServiceStrip() {
  const state = useServiceState();
  if (state.kind === 'there') return null;
  return (
    <p
      role="status"
      className="fixed right-3 bottom-16 left-3 z-20 rounded border border-wait bg-wait-bg px-3 py-2 text-wait shadow-xl sm:bottom-3 sm:left-auto"
    >
      The service does not answer: {state.reason}. This page is as it was{' '}
      <Elapsed since={new Date(state.sinceMs).toISOString()} /> ago, and goes on by itself.
    </p>
  );
}
