import type { Socket } from 'socket.io';
import { webSocketOf } from './web-socket-of.js';

/** Counts the connections of each person, from the moment on at which they are let in until they are closed. */
export class ConnectionsByPerson {
  private readonly counts = new Map<string, number>();

  constructor(private readonly maxOfOne: number) {}

  /** @returns false when the person has as many as allowed, or the page has gone already */
  enter(userId: string, connection: Socket['conn']): boolean {
    const count = this.counts.get(userId) ?? 0;
    if (count >= this.maxOfOne || connection.readyState !== 'open') return false;
    this.counts.set(userId, count + 1);
    // A page may leave the namespace, or say goodbye, and keep its connection and what waits for it.
    webSocketOf(connection).once('close', () => this.leave(userId));
    return true;
  }

  private leave(userId: string): void {
    const left = (this.counts.get(userId) ?? 1) - 1;
    if (left > 0) this.counts.set(userId, left);
    else this.counts.delete(userId);
  }
}
