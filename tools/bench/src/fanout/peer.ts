import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { PeerOrder } from './messages.js';

/** A bare server that sends lines by itself, as a process of its own. */
export class Peer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(kind: 'socket.io' | 'ws'): Promise<Peer> {
    const child = fork(new URL('./peer.process.js', import.meta.url), [kind]);
    const [port] = (await once(child, 'message')) as [number];
    return new Peer(child, `http://127.0.0.1:${port}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async send(order: PeerOrder): Promise<void> {
    this.child.send(order);
    await once(this.child, 'message');
  }

  close(): void {
    this.child.disconnect();
  }
}
