import { randomBytes } from 'node:crypto';
import {
  ConnectionLost,
  diskUsage,
  EngineConnection,
  findBuild,
  imageOfRecord,
  inlineCacheExport,
  type OnGraph,
  prune,
  type SourceRule,
  sourcePolicy,
  watchHistory,
} from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import type { BuildRequest, CacheExportRequest } from '../build-request.js';
import { CacheExportFailure } from '../cache-export-failure.js';
import { limitWarnings } from '../cgroup/step-groups.js';
import type {
  BuildFate,
  BuildOutcome,
  Engine,
  EngineCheck,
  EngineEvent,
  EngineFeatures,
  EngineStore,
  ExportedCache,
  NearReach,
} from '../engine.js';
import type { LocalCaches } from '../local-cache/local-caches.js';
import { cacheRead, cacheWarning, missedCaches, nothingLocal, openCaches } from '../local-cache/opened-caches.js';
import { exporterOf, inputKey } from './args.js';
import { checkEngine } from './check.js';
import { emptyEngine } from './empty.js';
import { type BuildkitEngineOptions, type RunawayOptions, runawayOf, settingOf } from './engine-options.js';
import { exportTarget } from './export-target.js';
import { removeLeftLayers } from './left-layers.js';
import { reachesNear } from './near-fetches.js';
import { readOutcome } from './outcome.js';
import { endRun, failureOf, letGo, type PreparedRun, prepareRun, type RunSetting, watched } from './prepared-run.js';
import { PushGate } from './push-gate.js';
import { runSolve, type SolveRun } from './solve-run.js';
import { nothingByAddress, sourceRules } from './source-rules.js';
import { storeOf } from './store.js';
import { takeOver } from './take-over.js';
import { tryRequest } from './try-request.js';

/** A build whose worker was lost has killed its steps and gone long before that. */
const emptyWithinMs = 30_000;
/** An engine that does not answer is asked again some time. */
const pruneWithinMs = 10 * 60_000;

type Work<T> = (run: PreparedRun, signal: AbortSignal) => Promise<T>;

/** BuildKit, inside a Docker engine or on its own, spoken to by its own API. */
export class BuildkitEngine implements Engine {
  readonly kind = 'buildkit';
  private readonly connection: EngineConnection;
  private readonly setting: RunSetting;
  private readonly rules: readonly SourceRule[];
  private readonly runaway: RunawayOptions;
  private readonly localCaches: LocalCaches | null;
  private readonly stateFolder: string | null;

  /** @throws {TypeError} on an address that is none */
  constructor(options: BuildkitEngineOptions) {
    const { address, tls, dialect } = options;
    this.connection = new EngineConnection({ address, tls, dialect });
    this.setting = settingOf(options);
    this.runaway = runawayOf(options);
    this.rules = sourceRules(options.allowedSourceHosts ?? []);
    this.localCaches = options.localCaches ?? null;
    this.stateFolder = options.stateFolder ?? null;
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
      targets: true,
      limits: this.setting.groups !== null,
      stepNetwork: true,
      strangers: true,
      find: true,
      warnings: (this.setting.groups?.lacks ?? []).map((lack) => limitWarnings[lack]),
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
      const gate = new PushGate(this.connection, request);
      try {
        const options = {
          ...this.options(run, request),
          reference: request.reference,
          exporters: [exporterOf(request, insecure)],
          cacheExports: request.inlineCache ? [inlineCacheExport()] : [],
        };
        for (const problem of run.caches.problems) await emit(cacheWarning(problem));
        await emit(cacheRead(request, run));
        const { image } = await runSolve(
          this.connection,
          this.solve(run, gate.request, options, gate.watch(watched(run, emit)), signal),
        );
        if (!image) throw new BuildFailure('EngineUnavailable', 'The builder pushed no image.');
        for (const event of run.progress.settle()) await emit(event);
        const outcome = await readOutcome(this.connection, request, image, history, run);
        if (missedCaches(request, run) && outcome.stepsRun > 0) await emit(cacheWarning(nothingLocal));
        return outcome;
      } finally {
        gate.close();
        history.close();
      }
    });
  }

  takeOver(
    earlier: string,
    request: BuildRequest,
    emit: (event: EngineEvent) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<BuildOutcome | null> {
    return this.run(request, signal, (run) => takeOver(this.connection, { earlier, request, run, emit }));
  }

  async exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<ExportedCache> {
    // Whatever ran without a cache has left its results behind; to run it once more would export something else.
    const withCache = {
      ...{ ...request, noCache: false },
      targets: (request.targets ?? []).map((target) => ({ ...target, noCache: false })),
    };
    try {
      return await this.run(withCache, signal, async (run, signal) => {
        const target = exportTarget(request, this.localCaches, this.setting.insecureRegistry);
        const options = {
          ...this.options(run, request),
          // Nobody asks for it later, and the engine refuses a reference that it has seen a moment ago.
          reference: randomBytes(16).toString('hex'),
          cacheExports: [target.entry],
          unrecorded: true,
        };
        const solve = this.solve(
          run,
          withCache,
          options,
          watched(run, () => {}),
          signal,
        );
        const stores = new Map([...solve.stores, ...target.stores]);
        try {
          const { cache } = await runSolve(this.connection, { ...solve, stores, cacheExport: target.reference });
          return cache ? { exported: true, ...(await target.written(cache)) } : { exported: false };
        } catch (error) {
          throw target.problem() ?? error;
        } finally {
          await target.release();
        }
      });
    } catch (error) {
      throw CacheExportFailure.of(error as BuildFailure);
    }
  }

  async tryBuild(signal: AbortSignal): Promise<void> {
    const { ok, detail, platforms } = await this.check();
    if (!ok || platforms[0] === undefined) throw new BuildFailure('EngineUnavailable', detail);
    await this.tryOnce(tryRequest(platforms[0]), {}, signal);
  }

  async reachesNear(signal: AbortSignal): Promise<NearReach> {
    const { ok, detail, platforms } = await this.check();
    if (!ok || platforms[0] === undefined) throw new BuildFailure('EngineUnavailable', detail);
    const [platform] = platforms;
    // Without our own rules: what is asked for is how far the engine gets when they are evaded.
    return reachesNear((dockerfile) =>
      this.tryOnce(tryRequest(platform, dockerfile), { sourcePolicy: undefined }, signal),
    );
  }

  async wipe(): Promise<void> {
    try {
      await emptyEngine(this.connection, emptyWithinMs);
      if (this.stateFolder !== null) await removeLeftLayers(this.stateFolder);
    } catch (error) {
      if (error instanceof BuildFailure) throw error;
      throw new BuildFailure('EngineUnavailable', 'The builder could not be emptied.', { cause: error });
    }
  }

  async store(): Promise<EngineStore> {
    try {
      return storeOf(await diskUsage(this.connection));
    } catch (error) {
      throw new BuildFailure('EngineUnavailable', 'The builder does not say what it keeps.', { cause: error });
    }
  }

  async prune(minFreeBytes: number | null): Promise<Pick<EngineStore, 'bytes' | 'records'>> {
    try {
      const options = { all: true, minFreeBytes: minFreeBytes ?? 0, timeoutMs: pruneWithinMs };
      const { bytes, records } = storeOf(await prune(this.connection, options));
      return { bytes, records };
    } catch (error) {
      throw new BuildFailure('EngineUnavailable', 'The cache of the builder could not be pruned.', { cause: error });
    }
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
  private async run<T>(request: BuildRequest, asked: AbortSignal, work: Work<T>): Promise<T> {
    const caches = await openCaches(this.localCaches, request.localCaches ?? []);
    try {
      return await this.runPrepared(prepareRun(request, this.setting, caches, asked), asked, work);
    } finally {
      caches.release();
    }
  }

  private async runPrepared<T>(run: PreparedRun, asked: AbortSignal, work: Work<T>): Promise<T> {
    const signal = AbortSignal.any([asked, run.guard.signal]);
    let engineLost = false;
    signal.addEventListener('abort', () => letGo(run), { once: true });
    try {
      return await work(run, signal);
    } catch (error) {
      engineLost = error instanceof ConnectionLost;
      throw signal.aborted && signal.reason instanceof BuildFailure ? signal.reason : failureOf(run, error);
    } finally {
      await endRun(run, engineLost);
    }
  }

  /** Builds, and keeps and pushes nothing. */
  private tryOnce(request: BuildRequest, change: Partial<SolveRun['options']>, asked: AbortSignal): Promise<void> {
    return this.run(request, asked, async (run, signal) => {
      const options = { ...this.options(run, request), reference: request.reference, unrecorded: true, ...change };
      const emit = watched(run, () => {});
      await runSolve(this.connection, this.solve(run, request, options, emit, signal));
    });
  }

  private solve(
    run: PreparedRun,
    request: BuildRequest,
    options: SolveRun['options'],
    emit: SolveRun['emit'],
    signal: AbortSignal,
  ): SolveRun {
    return { request, options, stores: run.caches.stores, progress: run.progress, emit, signal };
  }

  private options({ solve, progress }: PreparedRun, { onlyImages, targets = [] }: BuildRequest) {
    const names = new Map(targets.map(({ name }) => [inputKey({ target: name }), name]));
    const onGraph: OnGraph = (key, vertexes) => progress.define(vertexes, key === null ? null : names.get(key)!);
    return {
      ...solve,
      ...this.runaway,
      onGraph,
      sourcePolicy: sourcePolicy(onlyImages ? [...this.rules, nothingByAddress] : this.rules),
    };
  }
}
