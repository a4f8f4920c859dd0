'use client';

import { useRouter } from 'next/navigation';
import { useCallback, useSyncExternalStore } from 'react';
import { type ServiceState, ServiceWatch } from './service-watch';
import { steadyFetch } from './steady-fetch';

const answerWithinMs = 8000;
/** The first needs the API and its database, the second the process that makes pages. */
const probed = ['/api/v1/me', '/icon.svg'] as const;

/** Of this tab: whether pages can be made again. */
export const tabService = new ServiceWatch(async () => {
  if (!navigator.onLine) return 'this computer is offline';
  const answers = await Promise.all(probed.map(statusOf));
  if (answers.includes(null)) return 'it could not be reached';
  const failed = answers.find((status) => status !== null && status >= 500);
  return failed === undefined ? null : `it answered ${failed}`;
});

async function statusOf(path: string): Promise<number | null> {
  const signal = AbortSignal.timeout(answerWithinMs);
  try {
    return (await fetch(path, { credentials: 'same-origin', cache: 'no-store', signal })).status;
  } catch {
    return null;
  }
}

const there: ServiceState = { kind: 'there' };

export function useServiceState(): ServiceState {
  return useSyncExternalStore(tabService.subscribe, tabService.current, () => there);
}

/** Has the server make this page again, if it can be asked; else what is shown stays. */
export function useRefresh(): () => Promise<void> {
  const router = useRouter();
  return useCallback(async () => {
    if (await tabService.isThere()) router.refresh();
  }, [router]);
}

if (typeof window !== 'undefined') {
  window.fetch = steadyFetch(window.fetch.bind(window), {
    whenThere: () => tabService.whenThere(),
    isShown: (url) => url.pathname === window.location.pathname,
  });
  for (const event of ['online', 'offline']) window.addEventListener(event, () => void tabService.isThere());
}
