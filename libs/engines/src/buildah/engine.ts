import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest, CacheExportRequest } from '../build-request.js';
import { CacheExportFailure } from '../cache-export-failure.js';
import { stepGroupsAt } from '../cgroup/detect.js';
import { limitWarnings } from '../cgroup/step-groups.js';
import type {
  BuildFate,
  BuildOutcome,
  Engine,
  EngineCheck,
  EngineEvent,
  EngineFeatures,
  ExportedCache,
} from '../engine.js';
import { blobsOfManifest } from '../manifest-blobs.js';
import { pickCache } from './cache-choice.js';
import { checkTool, driverWorks, type Programs } from './check.js';
import { refuseForeignCache } from './dialect.js';
import { removeLeftovers } from './leftovers.js';
import { baseImages, materialsOf } from './outcome.js';
import { RegistryGate } from './registry-gate.js';
import { Run, type RunSetting, stopped } from './run.js';
import { type StorageDriver, storeOf } from './stores.js';

export interface BuildahEngineOptions {
  readonly programs: Programs;
  /** Absolute path of a folder that belongs to this engine alone: layers, cache mounts, runs. */
  readonly stateFolder: string;
  /** Where control groups are mounted: limits need them, and so does ending a step for certain. Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
  /** Parent of the steps' groups unless a request names one. Default `/cooperage`. */
  readonly cgroupParent?: string;
  /** The registry that images and caches are pushed to is spoken to without TLS. */
  readonly insecureRegistry?: boolean;
  /** `host:port` of a registry that is asked before Docker Hub, without TLS. */
  readonly mirror?: string;
}

type Emit = (event: EngineEvent) => void | Promise<void>;

/** A check that went well holds for this long: it is asked for with every heartbeat. */
const checkHoldsMs = 30_000;

/** buildah: no daemon, each build is a process. For builds of people who are trusted, see the README. */
export class BuildahEngine implements Engine {
  readonly kind = 'buildah';
  private readonly setting: RunSetting;
  private readonly gate: RegistryGate;
  private ready: Promise<StorageDriver> | null = null;
  private checked: { readonly at: number; readonly result: EngineCheck } | null = null;

  constructor(private readonly options: BuildahEngineOptions) {
    const { stateFolder, programs, cgroupRoot = '/sys/fs/cgroup', cgroupParent = '/cooperage' } = options;
    this.gate = new RegistryGate(options.insecureRegistry ?? false);
    this.setting = {
      ...{ programs, stateFolder, cgroupRoot, cgroupParent },
      groups: stepGroupsAt(cgroupRoot, cgroupParent),
      // The engines of a machine may have one parent: each has a place of its own below it.
      groupName: `buildah-${createHash('sha256').update(stateFolder).digest('hex').slice(0, 8)}`,
      searchPath: [dirname(programs.buildah), '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
      mirror: options.mirror,
    };
  }

  features(): EngineFeatures {
    return {
      daemon: false,
      scope: 'general',
      dockerfile: 'partial',
      multiPlatform: false,
      registryCache: true,
      secrets: true,
      provenance: true,
      pushesByDigest: true,
      targets: false,
      limits: true,
      stepNetwork: false,
      strangers: false,
      find: false,
      // Its tools are children of the worker and connect from there, to base images alone (R-C2).
      warnings: [...(this.setting.groups?.lacks ?? []).map((lack) => limitWarnings[lack]), 'fetches-unfiltered'],
    };
  }

  async check(): Promise<EngineCheck> {
    if (this.checked && performance.now() - this.checked.at < checkHoldsMs) return this.checked.result;
    const groups = this.setting.groups !== null;
    const result = await checkTool(this.options.programs, this.command(), () => this.start(), groups);
    this.checked = result.ok ? { at: performance.now(), result } : null;
    return result;
  }

  async build(request: BuildRequest, emit: Emit, signal: AbortSignal): Promise<BuildOutcome> {
    return this.run(request, signal, null, async (run) => {
      const cacheFrom = await pickCache(request, this.options.insecureRegistry ?? false);
      await emit({ type: 'cache', name: cacheFrom === undefined ? null : `${request.push.host}/${cacheFrom}` });
      await run.build(emit, { cacheFrom });
      const { digest, mediaType, content } = await run.push();
      await request.push.admit?.({ digest, blobs: blobsOfManifest(content), isPushed: true });
      await emit({ type: 'pushing', digest });
      const images = baseImages(run.imagesUsed());
      const { run: stepsRun, cached: stepsCached } = run.progress.counts();
      const usage = run.usage();
      return {
        ...{ digest, mediaType, sizeBytes: content.length, platforms: [request.platform] },
        ...{ baseImages: images, materials: materialsOf(images, request.platform) },
        ...{ stepLines: run.progress.lines(), stepsRun, stepsCached },
        ...(usage && { usage }),
        tools: { buildah: (await this.check()).version },
      };
    });
  }

  /** A cache is a repository here, with a tag for each step; the reference's own tag has no part in it. */
  async exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<ExportedCache> {
    const { reference } = request.cacheExport;
    const repository = reference === undefined ? null : repositoryOf(reference, request.push.host);
    try {
      refuseForeignCache(request.dockerfile.path, request);
      if (repository === null)
        throw new BuildFailure('InvalidBuildConfig', 'The cache is not in the registry of the image.');
      await this.run({ ...request, noCache: false }, signal, repository, (run) =>
        run.build(() => {}, { cacheTo: repository }),
      );
      return { exported: true };
    } catch (error) {
      throw CacheExportFailure.of(error as BuildFailure);
    }
  }

  /** A build is a child of this process: whoever lost sight of it finds nothing. */
  async find(): Promise<BuildFate> {
    return { state: 'unknown' };
  }

  close(): Promise<void> {
    return this.gate.close();
  }

  /** @throws {BuildFailure} and nothing else */
  private async run<T>(
    request: BuildRequest,
    signal: AbortSignal,
    cacheRepository: string | null,
    work: (run: Run) => Promise<T>,
  ): Promise<T> {
    let run: Run | null = null;
    try {
      if (signal.aborted) throw stopped();
      const checked = Run.check(request);
      const driver = await this.start();
      const store = storeOf(this.setting.stateFolder, request.cacheMountNamespace, driver);
      run = new Run(request, checked, store, this.setting, this.gate, cacheRepository, signal);
      await run.prepare();
      return await work(run);
    } catch (error) {
      if (signal.aborted && signal.reason instanceof BuildFailure) throw signal.reason;
      if (signal.aborted) throw stopped(error);
      if (error instanceof BuildFailure) throw error;
      throw new BuildFailure('EngineUnavailable', 'The builder met an unexpected error.', { cause: error });
    } finally {
      await run?.end();
    }
  }

  /** Once: removes what an earlier process left, and finds out how layers can be stored here. */
  private start(): Promise<StorageDriver> {
    this.ready ??= this.prepare().catch((error) => {
      this.ready = null;
      throw error;
    });
    return this.ready;
  }

  private async prepare(): Promise<StorageDriver> {
    const { stateFolder } = this.setting;
    mkdirSync(join(stateFolder, 'runs'), { recursive: true, mode: 0o700 });
    const command = this.command();
    await removeLeftovers(this.setting, command);
    const trial = (driver: StorageDriver) => driverWorks(command, storeOf(stateFolder, `trial of ${driver}`, driver));
    if (await trial('overlay')) return 'overlay';
    if (await trial('vfs')) return 'vfs';
    throw new BuildFailure('EngineUnavailable', 'buildah cannot store layers here.');
  }

  private command() {
    const { programs, searchPath, stateFolder } = this.setting;
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    return {
      program: programs.buildah,
      env: { PATH: searchPath, HOME: stateFolder, LANG: 'C.UTF-8' },
      cwd: stateFolder,
    };
  }
}

/** The repository in a full reference, when it is of this registry. */
function repositoryOf(reference: string, host: string): string | null {
  return reference.startsWith(`${host}/`) ? reference.slice(host.length + 1).replace(/[:@].*$/, '') : null;
}
