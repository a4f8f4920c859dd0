import { randomBytes } from 'node:crypto';
import {
  ConnectionLost,
  type Dialect,
  EngineConnection,
  findBuild,
  imageOfRecord,
  inlineCacheExport,
  parseAddress,
  registryCacheExport,
  type SourceRule,
  sourcePolicy,
  type TlsFiles,
  watchHistory,
} from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import { CacheExportFailure } from '../cache-export-failure.js';
import { stepGroupsAt } from '../cgroup/detect.js';
import type { StepGroups } from '../cgroup/step-groups.js';
import type {
  BuildFate,
  BuildOutcome,
  BuildRequest,
  CacheExportRequest,
  Engine,
  EngineCheck,
  EngineEvent,
  EngineFeatures,
} from '../engine.js';
import { exporterOf } from './args.js';
import { checkEngine } from './check.js';
import { readOutcome } from './outcome.js';
import { endRun, failureOf, type PreparedRun, prepareRun, type RunSetting, watched } from './prepared-run.js';
import { runSolve } from './solve-run.js';
import { sourceRules } from './source-rules.js';
import { tryRequest } from './try-request.js';

export interface BuildkitEngineOptions {
  /** `unix:///path` of a Docker engine or a buildkitd, or `tcp://host:port`. */
  readonly address: string;
  readonly tls?: TlsFiles;
  /** Found out by trying when left out. */
  readonly dialect?: Dialect;
  /**
   * Where control groups are mounted, for limits to be enforced. Only an engine on this machine can be limited, so the
   * default is `/sys/fs/cgroup` for a unix socket and null, no limits, for a port.
   */
  readonly cgroupRoot?: string | null;
  /** Parent of the steps' groups unless a request names one. Default `/cooperage`. */
  readonly cgroupParent?: string;
  /** The registry that images and caches are pushed to is spoken to without TLS. */
  readonly insecureRegistry?: boolean;
  /** `host` or `host:port` that ADD may fetch from although it is on a private network. */
  readonly allowedSourceHosts?: readonly string[];
}

/** BuildKit, inside a Docker engine or on its own, spoken to by its own API. */
export class BuildkitEngine implements Engine {
  readonly kind = 'buildkit';
  private readonly connection: EngineConnection;
  private readonly setting: RunSetting;
  private readonly rules: readonly SourceRule[];

  /** @throws {TypeError} on an address that is none */
  constructor(options: BuildkitEngineOptions) {
    const { address, tls, dialect, cgroupParent = '/cooperage', insecureRegistry = false } = options;
    this.connection = new EngineConnection({ address, tls, dialect });
    this.setting = { groups: groupsOf(options, cgroupParent), cgroupParent, insecureRegistry };
    this.rules = sourceRules(options.allowedSourceHosts ?? []);
  }

  features(): EngineFeatures {
    return {
      daemon: true,
      scope: 'general',
      dockerfile: 'full',
      multiPlatform: true,
      registryCache: true,
      secrets: true,
      provenance: true,
      pushesByDigest: true,
      limits: this.setting.groups !== null,
      stepNetwork: true,
      strangers: true,
      find: true,
    };
  }

  check(): Promise<EngineCheck> {
    return checkEngine(this.connection);
  }

  build(
    request: BuildRequest,
    emit: (event: EngineEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<BuildOutcome> {
    return this.run(request, signal, async (run, signal) => {
      const insecure = this.setting.insecureRegistry;
      const history = watchHistory(this.connection, request.reference);
      try {
        const options = {
          ...this.options(run),
          reference: request.reference,
          exporters: [exporterOf(request, insecure)],
          cacheExports: request.inlineCache ? [inlineCacheExport()] : [],
        };
        const solve = { request, options, progress: run.progress, emit: watched(run, emit), signal };
        const { image } = await runSolve(this.connection, solve);
        if (!image) throw new BuildFailure('EngineUnavailable', 'The builder pushed no image.');
        return await readOutcome(this.connection, request, image, history, run);
      } finally {
        history.close();
      }
    });
  }

  async exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<{ exported: boolean }> {
    const { reference: cacheExport, mode } = request.cacheExport;
    // Whatever ran without a cache has left its results behind; to run it once more would export something else.
    const withCache = { ...request, noCache: false };
    try {
      return await this.run(withCache, signal, async (run, signal) => {
        const options = {
          ...this.options(run),
          // Nobody asks for it later, and the engine refuses a reference that it has seen a moment ago.
          reference: randomBytes(16).toString('hex'),
          cacheExports: [registryCacheExport(cacheExport, mode, this.setting.insecureRegistry)],
          unrecorded: true,
        };
        const { progress } = run;
        const solve = { request: withCache, options, cacheExport, progress, emit: watched(run, () => {}), signal };
        return { exported: (await runSolve(this.connection, solve)).cacheExported };
      });
    } catch (error) {
      throw CacheExportFailure.of(error as BuildFailure);
    }
  }

  async tryBuild(signal: AbortSignal): Promise<void> {
    const { ok, detail, platforms } = await this.check();
    if (!ok || platforms[0] === undefined) throw new BuildFailure('EngineUnavailable', detail);
    const request = tryRequest(platforms[0]);
    await this.run(request, signal, async (run, signal) => {
      const options = { ...this.options(run), reference: request.reference, unrecorded: true };
      const { progress } = run;
      await runSolve(this.connection, { request, options, progress, emit: watched(run, () => {}), signal });
    });
  }

  async find(reference: string): Promise<BuildFate> {
    try {
      const fate = await findBuild(this.connection, reference);
      const digest = fate.state === 'succeeded' ? imageOfRecord(fate.record)?.digest : undefined;
      return { state: fate.state, ...(digest && { digest }) };
    } catch (error) {
      throw new BuildFailure('EngineUnavailable', 'The builder cannot be reached.', { cause: error });
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** @throws {BuildFailure} and nothing else */
  private async run<T>(
    request: BuildRequest,
    asked: AbortSignal,
    work: (run: PreparedRun, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const run = prepareRun(request, this.setting, asked);
    const signal = AbortSignal.any([asked, run.disk.signal]);
    let engineLost = false;
    try {
      return await work(run, signal);
    } catch (error) {
      engineLost = error instanceof ConnectionLost;
      throw signal.aborted && signal.reason instanceof BuildFailure ? signal.reason : failureOf(run, error);
    } finally {
      await endRun(run, engineLost);
    }
  }

  private options({ frontendAttrs }: PreparedRun) {
    return { frontendAttrs, sourcePolicy: sourcePolicy(this.rules) };
  }
}

function groupsOf({ address, cgroupRoot }: BuildkitEngineOptions, parent: string): StepGroups | null {
  const root = cgroupRoot === undefined && parseAddress(address).kind === 'unix' ? '/sys/fs/cgroup' : cgroupRoot;
  return root ? stepGroupsAt(root, parent) : null;
}
