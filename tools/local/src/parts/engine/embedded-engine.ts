import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { connect } from 'node:net';
import path from 'node:path';
import { removeEarlierEngine } from '../../docker/earlier-engine.ts';
import { writeAtomic } from '../../files/atomic-file.ts';
import { LauncherError } from '../../output.ts';
import { Daemon, endNoted, killNoted } from '../../processes/daemon.ts';
import { readPidFile } from '../../processes/process-identity.ts';
import { type GoTools, obtainGoTools } from '../../toolchain/go-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { ensureRunning } from '../daemon-part.ts';
import type { Instance } from '../instance.ts';
import type { Care, EngineAddress, Part } from '../part.ts';
import type { BuilderPool } from '../redis/builder-user.ts';
import { AskedEnd } from './asked-end.ts';
import { buildkitdEnvironment, buildkitdToml, networkList, type RuntimeFiles } from './buildkitd-settings.ts';
import {
  boundMemory,
  boundProcesses,
  boundSockets,
  buildsGroupOf,
  clearGroup,
  prepareGroup,
  removeEmptyGroup,
  yieldProcessors,
} from './control-groups.ts';
import { type EnginePlaces, placesOf } from './engine-places.ts';
import { type EngineRegistries, fetchLimits } from './engine-registries.ts';
import { EngineRules } from './engine-rules.ts';
import { FetchFilter } from './fetch-filter.ts';
import { raiseKernelLimits, sayUnraised } from './kernel-limits.ts';
import { unmountBelow } from './mounts.ts';
import { oomScores } from './oom-order.ts';
import { StepNetwork } from './step-network.ts';
import { writeStepRuntime } from './step-runtime.ts';

const STOP_WITHIN_MS = 20_000;

/**
 * BuildKit of one pool of builders, on a bridge of its own; it needs root. Both pools have the same program: one that compares each layer
 * with the sum that an image names (ADR 87).
 */
export class EmbeddedEngine implements Part<EngineAddress> {
  readonly name: string;
  readonly filter: FetchFilter;
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly registries: EngineRegistries;
  private readonly pool: BuilderPool;
  private readonly places: EnginePlaces;
  private readonly network: StepNetwork;
  private readonly rules: EngineRules;
  private readonly asked: AskedEnd;

  constructor(instance: Instance, tools: Tools, registries: EngineRegistries, pool: BuilderPool = 'trusted') {
    this.instance = instance;
    this.tools = tools;
    this.registries = registries;
    this.pool = pool;
    this.places = placesOf(instance, pool);
    const { name, networkId, networkState, filterId, filterState, ownGroup, rulesFile } = this.places;
    this.name = name;
    this.network = new StepNetwork(networkId, tools, networkState);
    this.filter = new FetchFilter(filterId, ownGroup, tools, filterState);
    const { network, filter } = this;
    this.rules = new EngineRules([network, filter], () => filter.missing(), raiseKernelLimits, rulesFile);
    this.asked = new AskedEnd(rulesFile);
  }

  async start(): Promise<EngineAddress> {
    if (process.getuid?.() !== 0)
      throw new LauncherError('the engine needs root: run as root, or set BUILDKIT_HOST to a BuildKit of your own');
    const goTools = await obtainGoTools();
    if (this.pool === 'trusted') await removeEarlierEngine(this.instance);
    const isWhole = (await this.network.isInForce()) && (await this.filter.isInForce(fetchLimits(this.registries)));
    if (!this.noted() || !isWhole) await this.renew();
    const { socket, settingsFile, cgroupParent, cgroupBase, rulesFile } = this.places;
    const { dataFolder: stateFolder } = this.places;
    const runtime = this.runtime(goTools);
    this.asked.accept();
    await ensureRunning(this.daemon(goTools, runtime), settingsFile, this.settings(runtime), async () => {
      // One that was ended for other settings may have been killed in the end.
      await this.clear();
      this.prepare();
      this.asked.forget();
    });
    await this.rules.keep();
    // That of the trusted pool keeps what it has built: only the other one is emptied.
    const ofStrangers = cgroupBase === undefined ? {} : { cgroupBase, stateFolder };
    return { url: `unix://${socket}`, cgroupParent, rulesFile, ...ofStrangers };
  }

  async stop(): Promise<void> {
    await this.end();
    if (this.pool === 'trusted') await removeEarlierEngine(this.instance);
    await this.clear();
    await this.filter.remove();
    await this.network.remove();
    removeEmptyGroup(buildsGroupOf(this.instance));
    this.rules.forget();
    if (this.pool === 'trusted') this.instance.removeSocketFolder();
  }

  async isRunning(): Promise<boolean> {
    return this.noted() && this.network.bridge.exists();
  }

  /** Without its rules an engine for strangers does not run: it is ended, with what it builds, and starts once they can be made. */
  async care(): Promise<Care> {
    const care = await this.rules.keep();
    if (this.pool === 'strangers' && care.state !== 'in-force') await this.end();
    return care;
  }

  endIfAsked(): Promise<string | undefined> {
    return this.asked.endIfAsked(async () => {
      await killNoted(this.pidFile());
      // Nothing is written: the disk may be full.
      await this.clear();
    });
  }

  private async renew(): Promise<void> {
    const { networkFile, addressFolder } = this.places;
    await this.end();
    await this.clear();
    const subnet = await this.network.create();
    const { bridge } = this.network;
    writeAtomic(networkFile, networkList(bridge.name, subnet, await bridge.outwardMtu(), addressFolder), 0o600);
    await this.filter.create(fetchLimits(this.registries));
    const missing = this.filter.missing();
    if (this.pool === 'strangers' && missing !== undefined)
      throw new LauncherError(`untrusted code is not built without a filter of what its engine fetches: ${missing}`);
  }

  /** What has to be there before it starts, and what bounds its steps. */
  private prepare(): void {
    const { temporaryFolder, cgroupParent, cgroupBase = cgroupParent } = this.places;
    prepareGroup(cgroupBase);
    boundMemory(buildsGroupOf(this.instance));
    boundProcesses(cgroupBase);
    boundSockets(cgroupBase);
    sayUnraised(raiseKernelLimits());
    yieldProcessors(cgroupBase);
    mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
  }

  /** What an engine that was killed leaves behind: steps, their groups and bundles, mounts, and addresses that nobody has any more. */
  private async clear(): Promise<void> {
    const { cgroupParent, cgroupBase = cgroupParent, dataFolder, temporaryFolder } = this.places;
    const { socket, traceSocket, addressFolder } = this.places;
    await clearGroup(cgroupBase);
    await unmountBelow(dataFolder);
    for (const file of [socket, traceSocket]) rmSync(file, { force: true });
    for (const folder of [addressFolder, temporaryFolder, ...bundlesIn(dataFolder)])
      rmSync(folder, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    await endNoted(this.pidFile(), 'SIGTERM', STOP_WITHIN_MS);
  }

  private noted(): boolean {
    return readPidFile(this.pidFile()) !== undefined;
  }

  private daemon(goTools: GoTools, runtime: RuntimeFiles): Daemon {
    const { name, key, socket, settingsFile } = this.places;
    return new Daemon({
      name,
      ...this.filter.starting(goTools.path('buildkitd'), [`--config=${settingsFile}`]),
      env: { ...this.tools.environment(), ...buildkitdEnvironment(runtime, this.places) },
      pidFile: this.pidFile(),
      logFile: this.instance.logFile(key),
      oomScore: oomScores.engine,
      isReady: () => serves(socket),
      readyWithinMs: 60_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: STOP_WITHIN_MS,
    });
  }

  private runtime(goTools: GoTools): RuntimeFiles {
    const programs = { runc: this.tools.path('runc'), ip: this.tools.path('ip') };
    return {
      runc: writeStepRuntime(this.instance.file('settings', 'step-runtime'), programs),
      groupedRunc: goTools.path('grouped-runc'),
      pluginFolder: goTools.folder,
    };
  }

  private settings(runtime: RuntimeFiles): string {
    const { insecure, mirror } = this.registries;
    return buildkitdToml(this.places, runtime, { insecure: [...insecure].sort(), ...(mirror && { mirror }) });
  }

  private pidFile(): string {
    return this.instance.pidFile(this.places.key);
  }
}

/** Folders of the bundles of steps, which have the values of secrets that are variables. There is one for each kind of snapshots. */
function bundlesIn(dataFolder: string): string[] {
  const names = existsSync(dataFolder) ? readdirSync(dataFolder) : [];
  return names.filter((name) => name.startsWith('runc-')).map((name) => path.join(dataFolder, name, 'executor'));
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
