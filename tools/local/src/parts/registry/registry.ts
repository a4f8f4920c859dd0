import { mkdirSync } from 'node:fs';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import { httpStatus } from '../http-probe.ts';
import type { Instance } from '../instance.ts';
import type { Part, RegistryAddress } from '../part.ts';
import { registrySettings, type TokenAuthentication } from './registry-settings.ts';

/** Debian's docker-registry 2.8 with storage of its own. Without `token` it lets everybody on this machine read and write. */
export class EmbeddedRegistry implements Part<RegistryAddress> {
  readonly name: string;
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly key: string;
  private readonly token: TokenAuthentication | undefined;

  /** `key` names its port, files and log: one instance may have several registries. */
  constructor(instance: Instance, tools: Tools, key: string, token?: TokenAuthentication) {
    this.instance = instance;
    this.tools = tools;
    this.key = key;
    this.token = token;
    this.name = `the registry "${key}"`;
  }

  async start(): Promise<RegistryAddress> {
    const known = this.instance.ports.known(this.key);
    const isRunning = known !== undefined && this.daemon(known).running() !== undefined;
    const port = isRunning ? known : await this.instance.ports.free(this.key);
    mkdirSync(this.storage(), { recursive: true, mode: 0o700 });
    await ensureRunning(this.daemon(port), this.settingsFile(), this.settings(port));
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
      isReady: async () => [200, 401].includes((await httpStatus({ port }, '/v2/')) ?? 0),
      readyWithinMs: 20_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 10_000,
    });
  }

  private settings(port: number): string {
    const secret = this.instance.secrets.secret(`${this.key}-http`);
    return registrySettings({ address: `127.0.0.1:${port}`, storage: this.storage(), secret, token: this.token });
  }

  private storage(): string {
    return this.instance.file(this.key);
  }

  private settingsFile(): string {
    return this.instance.file('settings', `${this.key}.yml`);
  }
}
