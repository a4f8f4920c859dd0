import { mkdirSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { writeAtomic } from '../../files/atomic-file.ts';
import { LauncherError } from '../../output.ts';
import { Daemon, killNoted } from '../../processes/daemon.ts';
import { readPidFile } from '../../processes/process-identity.ts';
import type { GoTools } from '../../toolchain/go-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Care, EngineAddress, Part } from '../part.ts';
import { AskedEnd } from './asked-end.ts';
import {
  boundMemory,
  boundProcesses,
  boundSockets,
  buildsGroupOf,
  cgroupOf,
  clearGroup,
  prepareGroup,
  removeEmptyGroup,
  yieldProcessors,
} from './control-groups.ts';
import { type EngineRegistries, fetchLimits } from './engine.ts';
import { EngineRules } from './engine-rules.ts';
import { FetchFilter } from './fetch-filter.ts';
import { raiseKernelLimits, sayUnraised } from './kernel-limits.ts';
import { unmountBelow } from './mounts.ts';
import { oomScores } from './oom-order.ts';
import { buildkitdToml, networkList, type StandaloneSettings, standaloneEnvironment } from './standalone-settings.ts';
import { StepNetwork } from './step-network.ts';
import { writeStepRuntime } from './step-runtime.ts';

type Places = Pick<StandaloneSettings, 'dataFolder' | 'socket' | 'traceSocket' | 'cgroupBase'>;

/** A BuildKit of its own for code of strangers, new enough for that, on a bridge of its own; it needs root. */
export class StandaloneEngine implements Part<EngineAddress> {
  readonly name = 'the engine for strangers';
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly goTools: GoTools;
  private readonly registries: EngineRegistries;
  private readonly network: StepNetwork;
  readonly filter: FetchFilter;
  private readonly rules: EngineRules;
  private readonly asked: AskedEnd;

  constructor(instance: Instance, tools: Tools, goTools: GoTools, registries: EngineRegistries) {
    this.instance = instance;
    this.tools = tools;
    this.goTools = goTools;
    this.registries = registries;
    // Hexadecimal like the installation's own, so that the two are told apart and both are known as bridges of ours.
    this.network = new StepNetwork(`${instance.id}e`, tools, instance.file('strangers-network.json'));
    this.filter = new FetchFilter(
      ...([`${instance.id}ef`, `${cgroupOf(instance)}-strangers-engine`, tools] as const),
      instance.file('strangers-filter.json'),
    );
    const { network, filter } = this;
    this.rules = new EngineRules(
      [network, filter],
      () => filter.missing(),
      raiseKernelLimits,
      instance.file('strangers-rules.json'),
    );
    this.asked = new AskedEnd(this.rules.file);
  }

  async start(): Promise<EngineAddress> {
    const settings = this.settings();
    const noted = this.daemon(settings);
    const isWhole = (await this.network.isInForce()) && (await this.filter.isInForce(fetchLimits(this.registries)));
    if (!noted.running() || !isWhole) await this.renew(settings, noted);
    // Anew, since it is started within what was renewed.
    const daemon = this.daemon(settings);
    this.asked.accept();
    await ensureRunning(daemon, this.settingsFile(), buildkitdToml(settings), () => this.asked.forget());
    await this.rules.keep();
    const { socket, cgroupParent, cgroupBase, dataFolder: stateFolder } = settings;
    return { url: `unix://${socket}`, cgroupParent, cgroupBase, rulesFile: this.rules.file, stateFolder };
  }

  async stop(): Promise<void> {
    const settings = this.settings();
    await this.daemon(settings).stop();
    await this.clear(settings);
    await this.filter.remove();
    await this.network.remove();
    removeEmptyGroup(buildsGroupOf(this.instance));
    this.rules.forget();
  }

  async isRunning(): Promise<boolean> {
    return readPidFile(this.instance.pidFile('strangers-engine')) !== undefined && this.network.bridge.exists();
  }

  /** Without its rules it does not run: it is ended, with what it builds, and starts once they can be made. */
  async care(): Promise<Care> {
    const care = await this.rules.keep();
    if (care.state !== 'in-force') await this.daemon(this.settings()).stop();
    return care;
  }

  endIfAsked(): Promise<string | undefined> {
    return this.asked.endIfAsked(async () => {
      await killNoted(this.instance.pidFile('strangers-engine'));
      // Nothing is written: the disk may be full.
      await this.clear(this.places());
    });
  }

  private async renew(settings: StandaloneSettings, daemon: Daemon): Promise<void> {
    await daemon.stop();
    await this.clear(settings);
    const subnet = await this.network.create();
    const { bridge } = this.network;
    const list = networkList(bridge.name, subnet, await bridge.outwardMtu(), this.addressFolder());
    writeAtomic(settings.networkFile, list, 0o600);
    await this.filter.create(fetchLimits(this.registries));
    const missing = this.filter.missing();
    if (missing !== undefined)
      throw new LauncherError(`untrusted code is not built without a filter of what its engine fetches: ${missing}`);
    prepareGroup(settings.cgroupBase);
    boundMemory(buildsGroupOf(this.instance));
    boundProcesses(settings.cgroupBase);
    boundSockets(settings.cgroupBase);
    sayUnraised(raiseKernelLimits());
    yieldProcessors(settings.cgroupBase);
    mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  }

  /** What an engine that was killed leaves behind: steps, their groups, mounts, and addresses that nobody has any more. */
  private async clear(settings: Places): Promise<void> {
    await clearGroup(settings.cgroupBase);
    await unmountBelow(settings.dataFolder);
    for (const socket of [settings.socket, settings.traceSocket]) rmSync(socket, { force: true });
    rmSync(this.addressFolder(), { recursive: true, force: true });
  }

  private daemon(settings: StandaloneSettings): Daemon {
    return new Daemon({
      name: this.name,
      ...this.filter.starting(this.goTools.path('buildkitd'), [`--config=${this.settingsFile()}`]),
      env: { ...this.tools.environment(), ...standaloneEnvironment(settings) },
      pidFile: this.instance.pidFile('strangers-engine'),
      logFile: this.instance.logFile('strangers-engine'),
      oomScore: oomScores.engine,
      isReady: () => serves(settings.socket),
      readyWithinMs: 60_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 20_000,
    });
  }

  private places(): Places {
    const { instance } = this;
    return {
      dataFolder: instance.file('strangers-engine'),
      socket: `${instance.socketFolder()}/strangers.sock`,
      traceSocket: `${instance.socketFolder()}/strangers-trace.sock`,
      cgroupBase: `${cgroupOf(instance)}-strangers`,
    };
  }

  private settings(): StandaloneSettings {
    const { insecure, mirror } = this.registries;
    return {
      ...this.places(),
      cgroupParent: cgroupOf(this.instance),
      runc: writeStepRuntime(this.instance.file('settings', 'step-runtime'), {
        runc: this.tools.path('runc'),
        ip: this.tools.path('ip'),
      }),
      groupedRunc: this.goTools.path('grouped-runc'),
      pluginFolder: this.goTools.folder,
      networkFile: this.instance.file('settings', 'strangers.conflist'),
      insecureRegistries: [...insecure].sort(),
      mirror,
    };
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'strangers-engine.toml');
  }

  private addressFolder(): string {
    return this.instance.file('strangers-addresses');
  }
}

/** gRPC's health check; the socket is there before the engine is. https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
function serves(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const session = http2.connect('http://localhost', { createConnection: () => connect(socket) });
  session.on('error', () => resolve(false));
  const question = session.request({
    ...{ ':method': 'POST', ':path': '/grpc.health.v1.Health/Check' },
    ...{ 'content-type': 'application/grpc', te: 'trailers' },
  });
  question.on('trailers', (trailers) => resolve(trailers['grpc-status'] === '0'));
  question.on('error', () => resolve(false));
  question.on('close', () => resolve(false));
  question.setTimeout(1_000, () => question.close());
  question.resume();
  question.end(Buffer.alloc(5));
  return promise.finally(() => session.destroy());
}
