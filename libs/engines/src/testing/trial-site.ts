import { randomUUID } from 'node:crypto';
import {
  BuildFailure,
  type CacheBackend,
  type CachePolicy,
  type CacheUser,
  cacheExport,
  cacheImports,
  engineSpaces,
  type IsolationSubject,
  localCacheName,
  readOf,
  stagingRepository,
  type Zone,
} from '@cooperage/domain';
import { services } from '@cooperage/testing';
import type { BuildRequest, CacheTarget } from '../build-request.js';
import type { Engine } from '../engine.js';
import { EventRecord } from './event-record.js';
import { rightsTo } from './registry-tokens.js';
import { tagImage } from './registry-view.js';
import { contextFile, newReference, trialRequest, unique } from './trial-request.js';

const platform = 'linux/amd64';
const never = new AbortController().signal;

export interface TrialBuild {
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly secrets?: BuildRequest['secrets'];
  readonly isolated?: boolean;
  readonly cachePolicy?: CachePolicy;
  readonly noCache?: boolean;
  /** Of the build's place, and whether it is the first since that reset. */
  readonly epoch?: number;
  readonly afterReset?: boolean;
  /** Of the default branch. */
  readonly mainEpoch?: number;
  /** The protected branch that it is to be merged into. */
  readonly targetRef?: string;
  /** Builds of one attempt share what only an attempt has. */
  readonly attemptId?: string;
  /** Leaves its cache in the registry too. */
  readonly exports?: boolean;
  /** Works in the space of what it reads, see `mayBorrow`. */
  readonly borrows?: boolean;
}

/** A project whose builds are asked for as the builder asks: spaces, references and rights by the domain's own rules. */
export class TrialSite {
  readonly projectId = randomUUID();
  /** Repositories of the caches that builds have left, with the space in which their results were. */
  private readonly left = new Map<string, string>();

  /** @param backend where builds with `exports` leave their cache */
  constructor(private readonly backend: CacheBackend = 'registry') {}

  async build(engine: Engine, build: TrialBuild) {
    const { record, request, outcome } = await this.attempt(engine, build).catch((error: unknown) => {
      // A new attempt starts by itself.
      if (error instanceof BuildFailure && error.code === 'EngineUnavailable') return this.attempt(engine, build);
      throw error;
    });
    if (build.exports) await this.leaveCache(engine, build, request, outcome.digest);
    return { record, outcome };
  }

  private async attempt(engine: Engine, build: TrialBuild) {
    const request = this.request(build);
    const record = new EventRecord();
    return { record, request, outcome: await engine.build(request, record.emit, never) };
  }

  private async leaveCache(engine: Engine, build: TrialBuild, request: BuildRequest, digest: string): Promise<void> {
    const own = cacheExport(this.user(build));
    if (!own) return;
    this.left.set(own.repository, request.limits.group!);
    if (this.backend === 'inline') return tagImage(own.repository, digest, own.tag);
    const target: CacheTarget =
      this.backend === 'local'
        ? { localCache: localCacheName(own) }
        : { reference: `${services().registry.host}/${own.repository}:${own.tag}` };
    await engine.exportCache({ ...request, cacheExport: { ...target, mode: 'max' } }, never);
  }

  private request(build: TrialBuild): BuildRequest {
    const { registry } = services();
    const user = this.user(build);
    const cold = build.noCache === true || build.afterReset === true;
    const chain = build.afterReset ? [] : cacheImports(user, 'main');
    const there = chain.filter(({ repository }) => this.left.has(repository));
    const read = readOf(
      there.map((each) => ({ ...each, writtenAt: new Date() })),
      new Date(),
    );
    const reads = read ? [read] : [];
    const borrowedSpace = build.borrows && read ? this.left.get(read.repository) : null;
    const spaces = engineSpaces({ ...user, borrowedSpace });
    const own = cacheExport(user);
    const repository = this.imagesOf(build);
    const isLocal = this.backend === 'local';
    const mayUse = [repository, ...reads.map((read) => read.repository), ...(own ? [own.repository] : [])];
    const files = Object.entries(build.files ?? {}).map(([path, content]) => contextFile(path, content));
    return trialRequest(build.dockerfile, {
      reference: newReference(),
      context: { files, sharedKey: unique() },
      push: { host: registry.host, repository },
      registryAuth: rightsTo(registry, mayUse),
      cacheImports: isLocal ? [] : reads.map((read) => `${registry.host}/${read.repository}:${read.tag}`),
      ...(isLocal && { localCaches: chain.map(localCacheName) }),
      inlineCache: this.backend === 'inline',
      ...(build.target && { target: build.target }),
      noCache: cold || user.cachePolicy === 'none',
      cacheMountNamespace: spaces.mounts,
      ...(spaces.mark !== null && { stepMark: spaces.mark }),
      ...(build.secrets && { secrets: build.secrets }),
      limits: { networkMode: 'none', group: spaces.results },
    });
  }

  /** Where the images of a build are. An inline cache is the image, so here it is pushed to where caches are read at once. */
  imagesOf(build: TrialBuild): string {
    const own = this.backend === 'inline' ? cacheExport(this.user(build)) : null;
    return own?.repository ?? stagingRepository(this.projectId, build.zone);
  }

  private user(build: TrialBuild): IsolationSubject & CacheUser {
    const { zone, ref, isolated = true, cachePolicy = 'zone', attemptId = randomUUID() } = build;
    const { epoch: cacheEpoch = 0, mainEpoch: mainCacheEpoch = 0, targetRef = null } = build;
    return {
      projectId: this.projectId,
      attemptId,
      zone,
      ref,
      isolated,
      cachePolicy,
      platform,
      cacheEpoch,
      mainCacheEpoch,
      targetRef,
      targetCacheEpoch: 0,
    };
  }
}
