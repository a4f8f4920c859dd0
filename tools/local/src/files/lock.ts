import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 200;

/**
 * A lock of this machine. It is a listening socket without a file (Linux's abstract name space), so the kernel frees it
 * with its process and there is never a stale one.
 */
export class Lock {
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  /** @returns undefined when somebody holds it. */
  static async tryTake(name: string): Promise<Lock | undefined> {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.listen(address(name));
    try {
      await once(server, 'listening');
      return new Lock(server);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }

  /** Waits until the lock is free; `onWait` is called once when that takes time. */
  static async take(name: string, onWait: () => void): Promise<Lock> {
    for (let waited = false; ; waited = true) {
      const lock = await Lock.tryTake(name);
      if (lock) return lock;
      if (!waited) onWait();
      await sleep(RETRY_MS);
    }
  }

  release(): void {
    this.server.close();
  }
}

function address(name: string): string {
  const id = `cooperage-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${id}` : path.join(tmpdir(), `${id}.lock`);
}
