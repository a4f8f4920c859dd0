'use client';

import { useSyncExternalStore } from 'react';
import { LiveConnection, type LiveSocket, type LiveState } from './live-connection';

/** The connection of this tab. The socket library is loaded by the first page that has something live. */
export const tabConnection = new LiveConnection(openSocket);

// Path and namespace of the socket catalogue; taken as text because the catalogue itself would bring its schemas along.
async function openSocket(): Promise<LiveSocket> {
  const { io } = await import('socket.io-client');
  const socket = io('/live', { path: '/api/live', transports: ['websocket'], autoConnect: false });
  return {
    get connected() {
      return socket.connected;
    },
    connect: () => socket.connect(),
    disconnect: () => socket.disconnect(),
    emit: (message, payload, acknowledge) => socket.emit(message, payload, acknowledge),
    on: (event, listener) => socket.on(event, listener as (...values: unknown[]) => void),
    off: (event, listener) => socket.off(event, listener as (...values: unknown[]) => void),
  };
}

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
}
