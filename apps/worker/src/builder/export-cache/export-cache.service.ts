import type { AttemptRepository, BuildNotes, CacheModeRepository, ClaimedAttempt } from '@cooperage/db';
import { BuildFailure, cacheExport, localCacheName } from '@cooperage/domain';
import type { CacheTarget, Engine } from '@cooperage/engines';
import { SecretMasker } from '@cooperage/logs/write';
import { cacheDocumentLimits, parseManifestDocument } from '@cooperage/oci';
import { type Logger, withIds } from '@cooperage/telemetry';
import type { MirrorKeeper } from '../../shared/mirror-keeper.js';
import { attemptRegistry } from '../access/attempt-registry.js';
import type { BuildAccess, BuildAccesses } from '../access/build-access.js';
import { maskedError } from '../run-build/attempt-end.js';
import type { BuildRequests } from '../run-build/build-requests.js';
import type { EngineHouse } from '../run-build/engine-house.js';
import { keepInlineCache } from './keep-inline-cache.js';

const limitMs = 10 * 60_000;
/** To read what the build has read before, before the engine is asked for: one export of all organizations is made at a time. */
const prepareLimitMs = 60_000;
/** Where the engine has one guest at a time: a build that takes longer leaves the next one without this cache. */
const waitMs = 30 * 60_000;

/** What the service works with. */
export interface ExportCacheParts {
  readonly attempts: AttemptRepository;
  readonly notes: BuildNotes;
  readonly modes: Pick<CacheModeRepository, 'choose'>;
  readonly accesses: BuildAccesses;
  readonly requests: BuildRequests;
  readonly mirrors: MirrorKeeper;
  readonly engine: Engine;
  readonly house: EngineHouse;
  readonly logger: Logger;
}

interface Work {
  readonly attempt: ClaimedAttempt;
  readonly access: BuildAccess;
  readonly logger: Logger;
  /** What an export takes is its time in the engine: waiting for that costs nobody anything. */
  readonly time: { readonly startedAt: number; waitedMs: number };
}

/**
 * Leaves the cache of a build that has succeeded: as a second Solve over the same files, or, where the image holds it, by
 * a tag on the image. Its failure is a warning on the build and nothing else.
 */
export class ExportCacheService {
  constructor(
    private readonly parts: ExportCacheParts,
    private readonly registry: { readonly host: string; readonly insecure: boolean },
  ) {}

  async run(buildId: string): Promise<void> {
    const attempt = await this.parts.attempts.finished(buildId);
    if (attempt?.build.cacheExport !== 'pending') return;
    const logger = withIds(this.parts.logger, { buildId, attemptId: attempt.attemptId });
    let masker = SecretMasker.of([]);
    const time = { startedAt: performance.now(), waitedMs: 0 };
    const spent = () => Math.max(0, Math.round(performance.now() - time.startedAt - time.waitedMs));
    try {
      const access = await this.parts.accesses.open(attempt);
      masker = await SecretMasker.prepare(access.hidden);
      const choice = attempt.build.cacheBackend === 'registry' ? await this.parts.modes.choose(attempt.build) : null;
      if (choice?.mode === 'none') return await this.parts.notes.endCacheExport(buildId, 'none', null, { choice });
      const written = await this.leave({ attempt, access, logger, time }, choice?.mode ?? 'max');
      await this.parts.notes.endCacheExport(buildId, 'done', null, { ms: spent(), written, choice });
    } catch (error) {
      logger.warn({ err: maskedError(error, masker) }, 'the cache could not be exported');
      await this.parts.notes.endCacheExport(buildId, 'failed', noteOf(error, masker), { ms: spent() });
    }
  }

  /** What is there afterwards, where that is known. */
  private async leave(work: Work, mode: 'max' | 'min') {
    const { attempt, access, logger } = work;
    const { build } = attempt;
    if (build.cacheBackend === 'inline')
      return keepInlineCache(attemptRegistry(this.registry, access.registryAuth), build);
    const { bytes } = await this.parts.mirrors.using(access.source, () => this.export(work, mode));
    if (build.cacheBackend === 'registry') return this.written(attempt, access, logger);
    return bytes === undefined ? undefined : { bytes, digest: null };
  }

  private async export({ attempt, access, time }: Work, mode: 'max' | 'min'): Promise<{ bytes?: number }> {
    const { requests, engine, house } = this.parts;
    const { request } = await requests.prepareStored(attempt, access, AbortSignal.timeout(prepareLimitMs));
    const own = cacheExport(attempt.build);
    if (!own) return {};
    const target: CacheTarget =
      attempt.build.cacheBackend === 'local'
        ? { localCache: localCacheName(own) }
        : { reference: `${this.registry.host}/${own.repository}:${own.tag}` };
    const cameAt = performance.now();
    const work = (giveWay: AbortSignal) => {
      time.waitedMs = performance.now() - cameAt;
      const signal = AbortSignal.any([AbortSignal.timeout(limitMs), giveWay]);
      return engine.exportCache({ ...request, cacheExport: { ...target, mode } }, signal);
    };
    // Until it is let in all of its time is waiting.
    time.waitedMs = Number.POSITIVE_INFINITY;
    return house.afterwards(attempt.build, AbortSignal.timeout(waitMs), work);
  }

  /** What the registry holds of it, and what that weighs. Nobody's export fails for it. */
  private async written(attempt: ClaimedAttempt, access: BuildAccess, logger: Logger) {
    const own = cacheExport(attempt.build);
    if (!own) return undefined;
    try {
      const { bytes, mediaType, digest } = await attemptRegistry(this.registry, access.registryAuth).manifests.get(
        own.repository,
        own.tag,
      );
      const document = parseManifestDocument(bytes, mediaType, cacheDocumentLimits);
      const parts = document.kind === 'manifest' ? [document.config, ...document.layers] : [];
      const sizes = new Map([[digest, bytes.length], ...parts.map((part) => [part.digest, part.size] as const)]);
      const blobs = Array.from(sizes, ([blob, size]) => ({ digest: blob, bytes: size }));
      return { digest, blobs, bytes: blobs.reduce((sum, blob) => sum + blob.bytes, 0) };
    } catch (error) {
      logger.info({ err: error }, 'what the exported cache weighs is not known');
      return undefined;
    }
  }
}

function noteOf(error: unknown, masker: SecretMasker): string {
  return error instanceof BuildFailure
    ? masker.maskText(error.message)
    : 'The cache could not be exported; the worker’s log has the details.';
}
