import type { BuildRequest, CacheExportRequest } from './build-request.js';
import type {
  BuildFate,
  BuildOutcome,
  Engine,
  EngineCheck,
  EngineEvent,
  EngineFeatures,
  ExportedCache,
} from './engine.js';
import { EngineLacks } from './engine-lacks.js';

type Emit = (event: EngineEvent) => void | Promise<void>;

/**
 * An engine with another behind it, for what the first one says it lacks: no build fails for the choice of the engine. The
 * build says which line decided it.
 */
export class BackedEngine implements Engine {
  constructor(
    private readonly first: Engine,
    private readonly second: Engine,
  ) {}

  get kind(): string {
    return this.first.kind;
  }

  features(): EngineFeatures {
    return this.first.features();
  }

  async check(): Promise<EngineCheck> {
    const [first, second] = await Promise.all([this.first.check(), this.second.check()]);
    const detail = second.ok
      ? `${this.second.kind} for what it lacks`
      : `${this.second.kind} is away: ${second.detail}`;
    const warnings = [...(first.warnings ?? []), ...(second.warnings ?? [])];
    return { ...first, detail: `${first.detail}; ${detail}`, warnings };
  }

  build(request: BuildRequest, emit: Emit, signal: AbortSignal): Promise<BuildOutcome> {
    return this.orElse(
      () => this.first.build(request, emit, signal),
      async ({ message, place }) => {
        const [line, file] = [place?.line ?? null, place?.file ?? null];
        await emit({ type: 'warning', rule: 'Engine', message, url: null, line, file });
        return this.second.build(request, emit, signal);
      },
    );
  }

  exportCache(request: CacheExportRequest, signal: AbortSignal): Promise<ExportedCache> {
    return this.orElse(
      () => this.first.exportCache(request, signal),
      () => this.second.exportCache(request, signal),
    );
  }

  async find(reference: string): Promise<BuildFate> {
    const fate = await this.first.find(reference);
    return fate.state === 'unknown' ? this.second.find(reference) : fate;
  }

  /** What buildah did it does not remember: only the second one can have something to take. */
  async takeOver(
    earlier: string,
    request: BuildRequest,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<BuildOutcome | null> {
    for (const engine of [this.first, this.second]) {
      const taken = await engine.takeOver?.(earlier, request, emit, signal);
      if (taken) return taken;
    }
    return null;
  }

  async close(): Promise<void> {
    await Promise.all([this.first.close(), this.second.close()]);
  }

  private async orElse<T>(first: () => Promise<T>, second: (lack: EngineLacks) => Promise<T>): Promise<T> {
    try {
      return await first();
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof EngineLacks ? error.cause : error;
      if (!(reason instanceof EngineLacks)) throw error;
      return second(reason);
    }
  }
}
