import { mkdirSync, rmSync } from 'node:fs';
import { readJson, writeJson } from '../../files/atomic-file.ts';
import { LauncherError } from '../../output.ts';
import { Daemon } from '../../processes/daemon.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import { httpStatus } from '../http-probe.ts';
import type { Instance } from '../instance.ts';
import type { EngineAddress, Part } from '../part.ts';
import { Bridge } from './bridge.ts';
import { prepareGroup } from './control-groups.ts';
import { Firewall } from './firewall.ts';
import { chains } from './firewall-rules.ts';
import { disableForwarding, enableForwarding, hasBridgeOfAnother } from './forwarding.ts';
import { clearLeftovers } from './leftovers.ts';
import { stepResolvers } from './resolvers.ts';
import { daemonJson, daemonParameters, ENGINE_ENVIRONMENT, type EngineSettings, engineSocket } from './settings.ts';

export interface EngineRegistries {
  readonly insecure: readonly string[];
  readonly mirror?: string;
}

/** What has to be known to take the network away again. */
interface NetworkState {
  readonly subnet: string;
  readonly switchedForwardingOn: boolean;
}

/** A Docker engine of our own for its embedded BuildKit, on its own bridge; it needs root. */
export class EmbeddedEngine implements Part<EngineAddress> {
  readonly name = 'the engine';
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly registries: EngineRegistries;
  private readonly bridge: Bridge;
  private readonly firewall: Firewall;

  constructor(instance: Instance, tools: Tools, registries: EngineRegistries) {
    this.instance = instance;
    this.tools = tools;
    this.registries = registries;
    this.bridge = new Bridge(`coop${instance.id}`, tools);
    this.firewall = new Firewall(tools, instance.id);
  }

  async start(): Promise<EngineAddress> {
    if (process.getuid?.() !== 0)
      throw new LauncherError('the engine needs root: run as root, or set BUILDKIT_HOST to a BuildKit of your own');
    const settings = await this.settings();
    const daemon = this.daemon(settings);
    if (!daemon.running() || !this.bridge.exists()) await this.renew(settings, daemon);
    await ensureRunning(daemon, this.settingsFile(), daemonJson(settings));
    return { url: `unix://${engineSocket(settings.socketFolder)}`, cgroupParent: settings.cgroupParent };
  }

  async stop(): Promise<void> {
    const settings = await this.settings();
    await this.daemon(settings).stop();
    await clearLeftovers(settings);
    await this.removeNetwork();
    this.instance.removeSocketFolder();
  }

  private async renew(settings: EngineSettings, daemon: Daemon): Promise<void> {
    await daemon.stop();
    await clearLeftovers(settings);
    await this.createNetwork();
    prepareGroup(settings.cgroupParent);
    mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  }

  private async createNetwork(): Promise<void> {
    const subnet = await this.bridge.create(Number.parseInt(this.instance.id, 16));
    const network = { bridge: this.bridge.name, subnet, resolvers: stepResolvers() };
    await this.firewall.apply(chains(this.instance.id, network));
    const earlier = readJson<NetworkState>(this.networkFile());
    const switchedForwardingOn = enableForwarding() || earlier?.switchedForwardingOn === true;
    writeJson(this.networkFile(), { subnet, switchedForwardingOn } satisfies NetworkState);
  }

  private async removeNetwork(): Promise<void> {
    await this.bridge.remove();
    await this.firewall.remove();
    const state = readJson<NetworkState>(this.networkFile());
    if (state?.switchedForwardingOn && !hasBridgeOfAnother()) disableForwarding();
    rmSync(this.networkFile(), { force: true });
  }

  private daemon(settings: EngineSettings): Daemon {
    const socketPath = engineSocket(settings.socketFolder);
    return new Daemon({
      name: this.name,
      program: this.tools.path('dockerd'),
      parameters: daemonParameters(settings, this.settingsFile()),
      env: { ...this.tools.environment(), ...ENGINE_ENVIRONMENT },
      pidFile: this.instance.pidFile('engine'),
      logFile: this.instance.logFile('engine'),
      isReady: async () => (await httpStatus({ socketPath }, '/_ping')) === 200,
      readyWithinMs: 60_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 20_000,
    });
  }

  private async settings(): Promise<EngineSettings> {
    const { insecure, mirror } = this.registries;
    return {
      dataFolder: this.instance.file('engine'),
      socketFolder: this.instance.socketFolder(),
      bridge: this.bridge.name,
      mtu: await this.bridge.outwardMtu(),
      cgroupParent: `/cooperage-${this.instance.id}`,
      insecureRegistries: [...insecure].sort(),
      mirror: mirror && `http://${mirror}`,
    };
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'engine.json');
  }

  private networkFile(): string {
    return this.instance.file('engine-network.json');
  }
}
