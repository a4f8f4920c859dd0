import { mkdirSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Part, RedisAddress } from '../part.ts';
import { type BuilderPool, builderRights, builderUsers } from './builder-user.ts';
import { answersPing, isSilent } from './redis-probe.ts';

export interface RedisBounds {
  /** As redis.conf(5) has it. Beyond it writes fail, and the server lives. Our own keys are ids: some hundred bytes for each job. */
  readonly memory: string;
  /** A server that has not answered for this long does not run: whoever may run a script can keep it busy for ever. */
  readonly silentMs: number;
}

const BOUNDS: RedisBounds = { memory: '512mb', silentMs: 10_000 };

/**
 * Redis with its append-only file on, a password, and no eviction: a queue's keys must never be dropped silently. What builders can do to
 * it is bounded, see docs/adr/0035.
 */
export class EmbeddedRedis implements Part<RedisAddress> {
  readonly name = 'Redis';
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly bounds: RedisBounds;
  private silentSince: number | undefined;

  constructor(instance: Instance, tools: Tools, bounds = BOUNDS) {
    this.instance = instance;
    this.tools = tools;
    this.bounds = bounds;
  }

  async start(): Promise<RedisAddress> {
    const running = this.daemon(this.instance.ports.known('redis') ?? 0).running();
    const port = running ? (this.instance.ports.known('redis') ?? 0) : await this.instance.ports.free('redis');
    mkdirSync(this.instance.file('redis'), { recursive: true, mode: 0o700 });
    await ensureRunning(this.daemon(port), this.settingsFile(), this.settings(port));
    this.silentSince = undefined;
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
    if (!this.daemon(0).running()) return false;
    const silent = await isSilent(this.instance.ports.known('redis') ?? 0, this.password());
    this.silentSince = silent ? (this.silentSince ?? performance.now()) : undefined;
    return !this.isStuck();
  }

  private isStuck(): boolean {
    return this.silentSince !== undefined && performance.now() - this.silentSince >= this.bounds.silentMs;
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
      `dir "${this.instance.file('redis')}"`,
      'appendonly yes',
      'appendfsync everysec',
      'save ""',
      'maxmemory-policy noeviction',
      `maxmemory ${this.bounds.memory}`,
      'client-query-buffer-limit 16mb',
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
