import type { Socket } from 'socket.io';

/** Counts the connections of each person, from the moment on at which they are let in. */
export class ConnectionsByPerson {
  private readonly counts = new Map<string, number>();

  constructor(private readonly maxOfOne: number) {}

  /** @returns false when the person has as many as allowed, or the page has gone already */
  enter(userId: string, viewer: Pick<Socket, 'conn' | 'once'>): boolean {
    const count = this.counts.get(userId) ?? 0;
    if (count >= this.maxOfOne || viewer.conn.readyState !== 'open') return false;
    this.counts.set(userId, count + 1);
    let isInside = true;
    const leave = () => {
      if (isInside) this.leave(userId);
      isInside = false;
    };
    // A page may go away before it is let in, or leave the namespace and keep its connection.
    viewer.conn.once('close', leave);
    viewer.once('disconnect', leave);
    return true;
  }

  private leave(userId: string): void {
    const left = (this.counts.get(userId) ?? 1) - 1;
    if (left > 0) this.counts.set(userId, left);
    else this.counts.delete(userId);
  }
}
