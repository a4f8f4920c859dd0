import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import { httpStatus } from '../http-probe.ts';
import type { Instance } from '../instance.ts';
import type { Part, RegistryAddress } from '../part.ts';
import { registrySettings, type TokenAuthentication } from './registry-settings.ts';
import { fillStorage, type StoredImage } from './registry-storage.ts';

export interface RegistryUse {
  readonly token?: TokenAuthentication;
  /** It serves these alone, and takes no write. */
  readonly images?: readonly StoredImage[];
}

/**
 * Debian's docker-registry 2.8 with storage of its own. Its port is open to everybody on this machine: without `token` they read,
 * and without `images` beside that they write.
 */
export class EmbeddedRegistry implements Part<RegistryAddress> {
  readonly name: string;
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly key: string;
  private readonly use: RegistryUse;

  /** `key` names its port, files and log: one instance may have several registries. */
  constructor(instance: Instance, tools: Tools, key: string, use: RegistryUse = {}) {
    this.instance = instance;
    this.tools = tools;
    this.key = key;
    this.use = use;
    this.name = `the registry "${key}"`;
  }

  async start(): Promise<RegistryAddress> {
    const known = this.instance.ports.known(this.key);
    const isRunning = known !== undefined && this.daemon(known).running() !== undefined;
    const port = isRunning ? known : await this.instance.ports.free(this.key);
    mkdirSync(this.storage(), { recursive: true, mode: 0o700 });
    const settings = this.settings(port);
    // Where one runs with these settings, it serves what was filled in before its start.
    if (this.use.images && !(isRunning && this.wasStartedWith(settings))) fillStorage(this.storage(), this.use.images);
    await ensureRunning(this.daemon(port), this.settingsFile(), settings);
    return { host: `127.0.0.1:${port}` };
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
      program: this.tools.path('docker-registry'),
      parameters: ['serve', this.settingsFile()],
      // Nothing of the launcher's environment: REGISTRY_… variables would override the settings.
      env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
      pidFile: this.instance.pidFile(this.key),
      logFile: this.instance.logFile(this.key),
      port,
      isReady: async () => [200, 401].includes((await httpStatus({ port }, '/v2/')) ?? 0),
      readyWithinMs: 20_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 10_000,
    });
  }

  private settings(port: number): string {
    const secret = this.instance.secrets.secret(`${this.key}-http`);
    const { token, images } = this.use;
    const readOnly = images !== undefined;
    return registrySettings({ address: `127.0.0.1:${port}`, storage: this.storage(), secret, token, readOnly });
  }

  private wasStartedWith(settings: string): boolean {
    return existsSync(this.settingsFile()) && readFileSync(this.settingsFile(), 'utf8') === settings;
  }

  /** What others could write to is another folder. */
  private storage(): string {
    return this.instance.file(this.use.images ? `${this.key}-images` : this.key);
  }

  private settingsFile(): string {
    return this.instance.file('settings', `${this.key}.yml`);
  }
}
