import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from '../../output.ts';
import { Daemon, killNoted } from '../../processes/daemon.ts';
import { readPidFile } from '../../processes/process-identity.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import { httpStatus } from '../http-probe.ts';
import type { Instance } from '../instance.ts';
import type { Care, EngineAddress, Part } from '../part.ts';
import { AskedEnd } from './asked-end.ts';
import {
  boundMemory,
  boundProcesses,
  boundSockets,
  buildsGroupOf,
  cgroupOf,
  prepareGroup,
  removeEmptyGroup,
  yieldProcessors,
} from './control-groups.ts';
import { EngineRules } from './engine-rules.ts';
import { FetchFilter, type FetchLimits } from './fetch-filter.ts';
import { raiseKernelLimits, sayUnraised } from './kernel-limits.ts';
import { clearLeftovers } from './leftovers.ts';
import { oomScores } from './oom-order.ts';
import { daemonJson, daemonParameters, ENGINE_ENVIRONMENT, type EngineSettings, engineSocket } from './settings.ts';
import { StepNetwork } from './step-network.ts';
import { writeStepRuntime } from './step-runtime.ts';

export interface EngineRegistries {
  readonly insecure: readonly string[];
  readonly mirror?: string;
  /** What else that is near the engine may fetch from, as `host:port`. */
  readonly reachable?: readonly string[];
  /** What one connection of the engine may bring. */
  readonly mostFetchBytes?: number;
}

export function fetchLimits(registries: EngineRegistries): FetchLimits {
  const { insecure, mirror, reachable = [], mostFetchBytes: mostBytes } = registries;
  return { reachable: [...insecure, ...(mirror ? [mirror] : []), ...reachable], ...(mostBytes && { mostBytes }) };
}

/** A Docker engine of our own for its embedded BuildKit, on its own bridge; it needs root. */
export class EmbeddedEngine implements Part<EngineAddress> {
  readonly name = 'the engine';
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly registries: EngineRegistries;
  private readonly network: StepNetwork;
  readonly filter: FetchFilter;
  private readonly rules: EngineRules;
  private readonly asked: AskedEnd;

  constructor(instance: Instance, tools: Tools, registries: EngineRegistries) {
    this.instance = instance;
    this.tools = tools;
    this.registries = registries;
    this.network = new StepNetwork(instance.id, tools, instance.file('engine-network.json'));
    this.filter = new FetchFilter(
      ...([`${instance.id}f`, `${cgroupOf(instance)}-engine`, tools, instance.file('engine-filter.json')] as const),
    );
    const { network, filter } = this;
    this.rules = new EngineRules(
      [network, filter],
      () => filter.missing(),
      raiseKernelLimits,
      instance.file('engine-rules.json'),
    );
    this.asked = new AskedEnd(this.rules.file);
  }

  async start(): Promise<EngineAddress> {
    if (process.getuid?.() !== 0)
      throw new LauncherError('the engine needs root: run as root, or set BUILDKIT_HOST to a BuildKit of your own');
    const settings = await this.settings();
    const noted = this.daemon(settings);
    const isWhole = (await this.network.isInForce()) && (await this.filter.isInForce(fetchLimits(this.registries)));
    if (!noted.running() || !isWhole) await this.renew(settings, noted);
    // Anew, since it is started within what was renewed.
    const daemon = this.daemon(settings);
    this.asked.accept();
    await ensureRunning(daemon, this.settingsFile(), daemonJson(settings), () => this.asked.forget());
    await this.rules.keep();
    const url = `unix://${engineSocket(settings.socketFolder)}`;
    return { url, cgroupParent: settings.cgroupParent, rulesFile: this.rules.file };
  }

  async stop(): Promise<void> {
    const settings = await this.settings();
    await this.daemon(settings).stop();
    await clearLeftovers(settings);
    await this.filter.remove();
    await this.network.remove();
    removeEmptyGroup(buildsGroupOf(this.instance));
    this.rules.forget();
    this.instance.removeSocketFolder();
  }

  async isRunning(): Promise<boolean> {
    return readPidFile(this.instance.pidFile('engine')) !== undefined && this.network.bridge.exists();
  }

  care(): Promise<Care> {
    return this.rules.keep();
  }

  endIfAsked(): Promise<string | undefined> {
    return this.asked.endIfAsked(async () => {
      await killNoted(this.instance.pidFile('engine'));
      // Its containerd and its steps live on without it, and write.
      await clearLeftovers(this.places(), 'SIGKILL');
    });
  }

  private async renew(settings: EngineSettings, daemon: Daemon): Promise<void> {
    await daemon.stop();
    await clearLeftovers(settings);
    await this.network.create();
    await this.filter.create(fetchLimits(this.registries));
    prepareGroup(settings.cgroupParent);
    boundMemory(buildsGroupOf(this.instance));
    boundProcesses(settings.cgroupParent);
    boundSockets(settings.cgroupParent);
    sayUnraised(raiseKernelLimits());
    yieldProcessors(settings.cgroupParent);
    mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  }

  private daemon(settings: EngineSettings): Daemon {
    const socketPath = engineSocket(settings.socketFolder);
    const environment = this.tools.environment();
    const runtime = writeStepRuntime(this.instance.file('settings', 'step-runtime'), {
      runc: this.tools.path('runc'),
      ip: this.tools.path('ip'),
    });
    return new Daemon({
      name: this.name,
      ...this.filter.starting(this.tools.path('dockerd'), daemonParameters(settings, this.settingsFile())),
      env: { ...environment, ...ENGINE_ENVIRONMENT, PATH: `${path.dirname(runtime)}:${environment.PATH}` },
      oomScore: oomScores.engine,
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
      ...this.places(),
      bridge: this.network.bridge.name,
      mtu: await this.network.bridge.outwardMtu(),
      insecureRegistries: [...insecure].sort(),
      mirror: mirror && `http://${mirror}`,
    };
  }

  private places() {
    const { instance } = this;
    return {
      dataFolder: instance.file('engine'),
      socketFolder: instance.socketFolder(),
      cgroupParent: cgroupOf(instance),
    };
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'engine.json');
  }
}
