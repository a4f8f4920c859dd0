import type { ServerMessages } from '@cooperage/contracts';
import type { Namespace, Socket } from 'socket.io';
import type { Person } from '../auth/principal.js';
import type { ConnectionBuffer } from './connection-buffer.js';

/** Something that a page follows, and the organization that it belongs to: when the person leaves that, it ends. */
export interface Subscription {
  readonly organizationId: string;
  readonly end: () => void;
}

/** What is kept of a connected page. */
export interface ViewerData {
  readonly person: Person;
  /** By the name of what is followed. */
  readonly subscriptions: Map<string, Subscription>;
  /** Names of what is being subscribed to: it counts before it is there. */
  readonly opening: string[];
  readonly buffer: ConnectionBuffer;
}

type Nothing = Record<string, never>;
export type Viewer = Socket<Nothing, ServerMessages, Nothing, ViewerData>;
export type LiveNamespace = Namespace<Nothing, ServerMessages, Nothing, ViewerData>;

export function endAll(viewer: Viewer): void {
  for (const { end } of viewer.data.subscriptions?.values() ?? []) end();
  viewer.data.subscriptions?.clear();
}
