import { Redis } from 'ioredis';
import type { Canary } from './canary.js';

/** Sees every command that Redis is given, also those of scripts and what is only announced and never kept. */
export class RedisWatch {
  readonly hits: string[] = [];
  commands = 0;

  private constructor(private readonly monitor: Redis) {}

  static async start(url: string, canary: Canary): Promise<RedisWatch> {
    const client = new Redis(url);
    const monitor = await client.monitor();
    client.disconnect();
    const watch = new RedisWatch(monitor);
    monitor.on('monitor', (_time: string, args: readonly string[]) => {
      watch.commands++;
      if (args.some((arg) => canary.isIn(Buffer.from(arg, 'latin1')))) watch.hits.push(args.slice(0, 2).join(' '));
    });
    return watch;
  }

  stop(): void {
    this.monitor.disconnect();
  }
}
