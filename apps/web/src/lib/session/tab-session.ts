'use client';

import type { Me } from '@cooperage/contracts';
import { useSyncExternalStore } from 'react';
import { sessionFetch } from './session-fetch';
import { SessionWatch } from './session-watch';

const answerWithinMs = 8000;

/** Of this tab. */
export const tabSession = new SessionWatch(async () => {
  const signal = AbortSignal.timeout(answerWithinMs);
  try {
    const answer = await fetch('/api/v1/me', { credentials: 'same-origin', cache: 'no-store', signal });
    if (answer.ok) return ((await answer.json()) as Me).email;
    return answer.status === 401 ? false : null;
  } catch {
    return null;
  }
}, Date.now);

export function useSessionEnded(): boolean {
  return useSyncExternalStore(tabSession.subscribe, tabSession.isEnded, () => false);
}

if (typeof window !== 'undefined') {
  window.fetch = sessionFetch(window.fetch.bind(window), {
    refused: () => tabSession.refused(),
    isShown: (url) => url.pathname === window.location.pathname,
  });
  const attended = (): void => void tabSession.attended();
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && attended());
  window.addEventListener('focus', attended);
  document.addEventListener('keydown', attended);
  // After what the click does. A link leads to a page that asks for the session by itself.
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element && target.closest('a[href]'))) attended();
  });
}
