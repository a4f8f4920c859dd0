import { mkdirSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Part, RedisAddress } from '../part.ts';
import { answersPing } from './redis-probe.ts';

const BUILDER = 'cooperage-builder';
/**
 * Of a builder (docs/adr/0035): queues of builders, and to publish what steps print. No command that tells of the server or of
 * others' keys but INFO, which clients read when they connect.
 */
const BUILDER_RIGHTS =
  'resetkeys ~bull:run-build-* ~bull:export-cache-* resetchannels &cooperage:log:* +@all -@dangerous -@admin -subscribe -psubscribe -ssubscribe +info';

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
      builderUrl: `redis://${BUILDER}:${this.builderPassword()}@${address}`,
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
      `user ${BUILDER} on >${this.builderPassword()} ${BUILDER_RIGHTS}`,
    ];
    return `${lines.join('\n')}\n`;
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'redis.conf');
  }

  private builderPassword(): string {
    return this.instance.secrets.secret('redis-builder', 24);
  }

  private password(): string {
    return this.instance.secrets.secret('redis', 24);
  }
}
