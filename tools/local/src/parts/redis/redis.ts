import { mkdirSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Part, RedisAddress } from '../part.ts';
import { type BuilderPool, builderRights, builderUsers } from './builder-user.ts';
import { answersPing } from './redis-probe.ts';

/** Redis with its append-only file on, a password, and no eviction: a queue's keys must never be dropped silently. */
export class EmbeddedRedis implements Part<RedisAddress> {
  readonly name = 'Redis';
  private readonly instance: Instance;
  private readonly tools: Tools;

  constructor(instance: Instance, tools: Tools) {
    this.instance = instance;
    this.tools = tools;
  }

  async start(): Promise<RedisAddress> {
    const running = this.daemon(this.instance.ports.known('redis') ?? 0).running();
    const port = running ? (this.instance.ports.known('redis') ?? 0) : await this.instance.ports.free('redis');
    mkdirSync(this.instance.file('redis'), { recursive: true, mode: 0o700 });
    await ensureRunning(this.daemon(port), this.settingsFile(), this.settings(port));
    const address = `127.0.0.1:${port}`;
    return {
      url: `redis://:${this.password()}@${address}`,
      builderUrl: this.builderUrl('trusted', address),
      untrustedBuilderUrl: this.builderUrl('strangers', address),
    };
  }

  async stop(): Promise<void> {
    await this.daemon(0).stop();
  }

  async isRunning(): Promise<boolean> {
    return this.daemon(0).running() !== undefined;
  }

  private daemon(port: number): Daemon {
    return new Daemon({
      name: this.name,
      program: this.tools.path('redis-server'),
      parameters: [this.settingsFile()],
      env: this.tools.environment(),
      pidFile: this.instance.pidFile('redis'),
      logFile: this.instance.logFile('redis'),
      isReady: () => answersPing(port, this.password()),
      readyWithinMs: 60_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 15_000,
    });
  }

  /** redis.conf(5): a file, so that the password is in no argument list. */
  private settings(port: number): string {
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      'daemonize no',
      `dir "${this.instance.file('redis')}"`,
      'appendonly yes',
      'appendfsync everysec',
      'save ""',
      'maxmemory-policy noeviction',
      `requirepass ${this.password()}`,
      ...(['trusted', 'strangers'] as const).map(
        (pool) => `user ${builderUsers[pool]} on >${this.builderPassword(pool)} ${builderRights(pool)}`,
      ),
    ];
    return `${lines.join('\n')}\n`;
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'redis.conf');
  }

  private builderUrl(pool: BuilderPool, address: string): string {
    return `redis://${builderUsers[pool]}:${this.builderPassword(pool)}@${address}`;
  }

  private builderPassword(pool: BuilderPool): string {
    return this.instance.secrets.secret(pool === 'trusted' ? 'redis-builder' : 'redis-builder-untrusted', 24);
  }

  private password(): string {
    return this.instance.secrets.secret('redis', 24);
  }
}
