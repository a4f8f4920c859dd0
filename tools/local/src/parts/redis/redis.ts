import { mkdirSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import { ownsListener } from '../../processes/listeners.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Part, RedisAddress } from '../part.ts';
import { type BuilderPool, builderRights, builderUsers } from './builder-user.ts';
import { answersPing, isSilent } from './redis-probe.ts';

export interface RedisBounds {
  /** MiB of keys. Beyond it writes fail, and the server lives. Our own keys are ids: some hundred bytes for each job. */
  readonly memory: number;
  /** A server that has not answered for this long does not run: whoever may run a script can keep it busy for ever. */
  readonly silentMs: number;
}

const BOUNDS: Readonly<Record<BuilderPool, RedisBounds>> = {
  trusted: { memory: 512, silentMs: 10_000 },
  strangers: { memory: 128, silentMs: 10_000 },
};
/** MiB of addresses for stacks of threads and for connections. */
const besidesKeys = 256;
/** Of each pool: its key in the instance, and its name for a person. */
export const redisKeys: Readonly<Record<BuilderPool, string>> = { trusted: 'redis', strangers: 'untrusted-redis' };
export const redisNames: Readonly<Record<BuilderPool, string>> = {
  trusted: 'Redis',
  strangers: 'Redis for untrusted code',
};

/**
 * Redis of one pool of builders, with a password and no eviction: a queue's keys must never be dropped silently. What builders can do to
 * it is bounded, and costs their own pool alone, see docs/adr/0048.
 */
export class EmbeddedRedis implements Part<RedisAddress> {
  readonly name: string;
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly pool: BuilderPool;
  private readonly key: string;
  private readonly bounds: RedisBounds;
  private silentSince: number | undefined;

  constructor(instance: Instance, tools: Tools, pool: BuilderPool = 'trusted', bounds = BOUNDS[pool]) {
    this.instance = instance;
    this.tools = tools;
    this.pool = pool;
    this.key = redisKeys[pool];
    this.name = redisNames[pool];
    this.bounds = bounds;
  }

  async start(): Promise<RedisAddress> {
    const { ports } = this.instance;
    const running = this.daemon(ports.known(this.key) ?? 0).running();
    const port = running ? (ports.known(this.key) ?? 0) : await ports.free(this.key);
    mkdirSync(this.instance.file(this.key), { recursive: true, mode: 0o700 });
    await ensureRunning(this.daemon(port), this.settingsFile(), this.settings(port));
    this.silentSince = undefined;
    const address = `127.0.0.1:${port}`;
    return {
      url: `redis://:${this.password()}@${address}`,
      builderUrl: `redis://${builderUsers[this.pool]}:${this.builderPassword()}@${address}`,
    };
  }

  async stop(): Promise<void> {
    await this.daemon(0).stop();
  }

  async isRunning(): Promise<boolean> {
    const running = this.daemon(0).running();
    if (!running) return false;
    const port = this.instance.ports.known(this.key) ?? 0;
    const silent = !ownsListener(running.pid, port) || (await isSilent(port, this.password()));
    this.silentSince = silent ? (this.silentSince ?? performance.now()) : undefined;
    return !this.isStuck();
  }

  private isStuck(): boolean {
    return this.silentSince !== undefined && performance.now() - this.silentSince >= this.bounds.silentMs;
  }

  private daemon(port: number): Daemon {
    return new Daemon({
      name: this.name,
      program: '/bin/sh',
      // The memory of a script is no key, and ends at this limit. A rewrite of the file is a process with a limit of its own.
      parameters: [
        '-c',
        'ulimit -d "$1" && exec "$0" "$2"',
        this.tools.path('redis-server'),
        String((this.bounds.memory * 2 + besidesKeys) * 1024),
        this.settingsFile(),
      ],
      env: this.tools.environment(),
      pidFile: this.instance.pidFile(this.key),
      logFile: this.instance.logFile(this.key),
      port,
      isReady: () => answersPing(port, this.password()),
      readyWithinMs: 60_000,
      // A script that does not end keeps it from SIGTERM too.
      stopSignal: this.isStuck() ? 'SIGKILL' : 'SIGTERM',
      stopWithinMs: 15_000,
    });
  }

  /** redis.conf(5): a file, so that the password is in no argument list. */
  private settings(port: number): string {
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      'daemonize no',
      `dir "${this.instance.file(this.key)}"`,
      // What untrusted code has taken over writes no file, and nothing of it is left after a restart.
      `appendonly ${this.pool === 'trusted' ? 'yes' : 'no'}`,
      'appendfsync everysec',
      'save ""',
      'maxmemory-policy noeviction',
      `maxmemory ${this.bounds.memory}mb`,
      'client-query-buffer-limit 16mb',
      `requirepass ${this.password()}`,
      `user ${builderUsers[this.pool]} on >${this.builderPassword()} ${builderRights(this.pool)}`,
    ];
    return `${lines.join('\n')}\n`;
  }

  private settingsFile(): string {
    return this.instance.file('settings', `${this.key}.conf`);
  }

  private builderPassword(): string {
    return this.instance.secrets.secret(this.pool === 'trusted' ? 'redis-builder' : 'redis-builder-untrusted', 24);
  }

  private password(): string {
    return this.instance.secrets.secret(this.key, 24);
  }
}
