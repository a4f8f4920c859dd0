import { createHash } from 'node:crypto';
import { BuildFailure, type Digest } from '@cooperage/domain';
import type { BuildRequest, CacheExportRequest } from '../build-request.js';
import { checkRequest } from '../buildkit/args.js';
import { CacheExportFailure } from '../cache-export-failure.js';
import { checkDockerfile } from '../dockerfile/policy.js';
import type {
  BuildFate,
  BuildOutcome,
  Engine,
  EngineCheck,
  EngineEvent,
  EngineFeatures,
  ExportedCache,
} from '../engine.js';
import { act, StepEnd } from './act.js';
import { type FakeStep, fakeSteps } from './args.js';
import { FakeProgress } from './progress.js';

export interface FakeEngineOptions {
  /** Puts a real image where the request wants it; without it the digest is made up and nothing is pushed. */
  readonly push?: (request: BuildRequest) => Promise<{ digest: Digest; mediaType: string; sizeBytes: number }>;
}

type Emit = (event: EngineEvent) => void | Promise<void>;

/**
 * An engine for tests, which does what the Dockerfile says (`fakeSteps`) and nothing else: it sleeps, fails, floods and
 * dies on request. A second build with the same Dockerfile finds its steps cached, those that print or sleep too.
 */
export class FakeEngine implements Engine {
  readonly kind = 'fake';
  private readonly fates = new Map<string, BuildFate>();
  private readonly results = new Set<string>();
  /** References of caches that were exported. */
  readonly exportedCaches: string[] = [];

  constructor(private readonly options: FakeEngineOptions = {}) {}

  features(): EngineFeatures {
    return {
      daemon: false,
      scope: 'special',
      dockerfile: 'partial',
      multiPlatform: false,
      registryCache: true,
      secrets: false,
      provenance: true,
      pushesByDigest: true,
      targets: false,
      limits: false,
      stepNetwork: false,
      strangers: false,
      find: true,
      warnings: [],
    };
  }

  async check(): Promise<EngineCheck> {
    return { ok: true, version: '0', platforms: ['linux/amd64'], detail: 'for tests' };
  }

  async build(request: BuildRequest, emit: Emit, signal: AbortSignal): Promise<BuildOutcome> {
    checkRequest(request);
    const { dockerfile, buildArgs } = request;
    const { instructions } = checkDockerfile(dockerfile.path, dockerfile.content, { buildArgs });
    if (request.targets?.length) throw new BuildFailure('InvalidBuildConfig', 'This engine builds one target.');
    if (instructions.length === 0) throw new BuildFailure('DockerfileInvalid', 'The file has no instructions.');
    this.fates.set(request.reference, { state: 'running' });
    try {
      const outcome = await this.follow(request, emit, signal);
      this.fates.set(request.reference, { state: 'succeeded', digest: outcome.digest });
      return outcome;
    } catch (error) {
      this.fates.set(request.reference, { state: 'failed' });
      throw asBuildFailure(error, signal);
    }
  }

  async exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<ExportedCache> {
    if (signal.aborted) throw CacheExportFailure.of(asBuildFailure(signal.reason, signal));
    const { reference, localCache } = request.cacheExport;
    this.exportedCaches.push(reference ?? localCache);
    return { exported: true };
  }

  async find(reference: string): Promise<BuildFate> {
    return this.fates.get(reference) ?? { state: 'unknown' };
  }

  async close(): Promise<void> {}

  private async follow(request: BuildRequest, emit: Emit, signal: AbortSignal): Promise<BuildOutcome> {
    const steps = fakeSteps(request.dockerfile.content);
    const progress = new FakeProgress(request.reference, steps);
    let run = 0;
    signal.throwIfAborted();
    await emit({ type: 'cache', name: request.cacheImports[0] ?? null });
    for (const step of progress.all) await emit({ type: 'step', step });
    for (const [index, step] of steps.entries()) {
      signal.throwIfAborted();
      if (await this.step(request, step, index, progress, emit, signal)) run++;
    }
    const image = (await this.options.push?.(request)) ?? madeUpImage(request);
    await request.push.admit?.({ digest: image.digest, blobs: [], isPushed: true });
    await emit({ type: 'pushing', digest: image.digest });
    const lines = ({ startLine, endLine }: FakeStep) => ({ startLine, endLine });
    const counted = progress.all.filter((state) => !state.isBase).length;
    return {
      ...image,
      platforms: [request.platform],
      baseImages: [],
      stepLines: new Map(progress.all.map((state, index) => [state.id, lines(steps[index]!)])),
      stepsRun: run,
      stepsCached: counted - run,
    };
  }

  /** Whether the step ran, and was not found in what earlier builds left. */
  private async step(
    request: BuildRequest,
    step: FakeStep,
    index: number,
    progress: FakeProgress,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { id, isBase } = progress.all[index]!;
    const key = `${request.cacheMountNamespace} ${index} ${step.name}`;
    await emit({ type: 'step', step: progress.start(index) });
    const cached = !request.noCache && this.results.has(key);
    try {
      if (!cached) await act(step, id, emit, signal);
    } catch (error) {
      // An engine that dies says nothing more of its steps.
      const dead = error instanceof BuildFailure && error.code === 'EngineUnavailable';
      if (!dead) await emit({ type: 'step', step: progress.complete(index, { error: (error as Error).message }) });
      throw placed(error, request, step, id);
    }
    this.results.add(key);
    await emit({ type: 'step', step: progress.complete(index, { cached }) });
    return !cached && !isBase;
  }
}

function placed(error: unknown, { dockerfile }: BuildRequest, step: FakeStep, stepId: string): unknown {
  if (!(error instanceof StepEnd)) return error;
  const { startLine: line, endLine, name } = step;
  const place = { file: dockerfile.path, line, endLine, step: name, stepId, exitCode: error.exitCode };
  return new BuildFailure(error.code, error.message, { place });
}

function asBuildFailure(error: unknown, signal: AbortSignal): BuildFailure {
  if (signal.aborted && signal.reason instanceof BuildFailure) return signal.reason;
  if (error instanceof BuildFailure) return error;
  return new BuildFailure('EngineUnavailable', 'The build was stopped.', { cause: error });
}

function madeUpImage({ dockerfile, labels }: BuildRequest): { digest: Digest; mediaType: string; sizeBytes: number } {
  const hash = createHash('sha256').update(dockerfile.content).update(JSON.stringify(labels)).digest('hex');
  return { digest: `sha256:${hash}`, mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 512 };
}
