'use client';

import { useSyncExternalStore } from 'react';
import { LiveConnection, type LiveState } from './live-connection';
import { WireSocket } from './web-socket';

let socket: WireSocket | null = null;

/** The connection of this tab. */
export const tabConnection = new LiveConnection(() => {
  // Path and namespace of the socket catalogue; taken as text because the catalogue itself would bring its schemas along.
  socket = new WireSocket({ url: `${window.location.origin.replace(/^http/, 'ws')}/api/live/`, namespace: '/live' });
  return socket;
});

const off: LiveState = { kind: 'off' };

export function useLiveState(): LiveState {
  return useSyncExternalStore(tabConnection.subscribe, tabConnection.current, () => off);
}

if (typeof window !== 'undefined') {
  const wake = (): void => {
    if (document.visibilityState === 'visible') tabConnection.wake();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);
  // A socket over a network that is gone would look alive until it was silent for too long.
  window.addEventListener('offline', () => socket?.lose());
}
