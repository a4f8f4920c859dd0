import { randomBytes } from 'node:crypto';
import {
  AttemptRepository,
  BuildNotes,
  BuildProjectRepository,
  BuildRepository,
  CacheLedgerRepository,
  CacheReadRepository,
  type ClaimedAttempt,
  ContextManifestRepository,
  Database,
  PostgresChunkStore,
  ProcessRepository,
  RegistryTokenRepository,
  StagingRepository,
  StepRepository,
} from '@cooperage/db';
import { type CacheBackend, type Lane, type MasterKeys, masterKey, sealBox, sealedSubject } from '@cooperage/domain';
import type { BuildOutcome, BuildRequest, Engine, EngineEvent } from '@cooperage/engines';
import { asText, readEntries } from '@cooperage/logs/read';
import type { Source, SourceProject } from '@cooperage/source';
import { createLogger, createMetrics } from '@cooperage/telemetry';
import { asDatabaseRole, services } from '@cooperage/testing';
import { World } from '../../../libs/db/spec/world.js';
import { BuildAccesses } from '../src/builder/access/build-access.js';
import { EngineEnd } from '../src/builder/engine-end.js';
import { ExportCacheService } from '../src/builder/export-cache/export-cache.service.js';
import { AttemptLogs } from '../src/builder/run-build/attempt-logs.js';
import { BuildDefinitions } from '../src/builder/run-build/build-definitions.js';
import { BuildRequests } from '../src/builder/run-build/build-requests.js';
import { CachePlans } from '../src/builder/run-build/cache-plans.js';
import { EarlierAttempts } from '../src/builder/run-build/earlier-attempts.js';
import { EngineHouse } from '../src/builder/run-build/engine-house.js';
import { EngineLosses } from '../src/builder/run-build/engine-losses.js';
import { HeldAttempts } from '../src/builder/run-build/held-attempts.js';
import { RunBuildService } from '../src/builder/run-build/run-build.service.js';
import { StagingAdmission } from '../src/builder/run-build/staging-admission.js';
import { MirrorKeeper } from '../src/shared/mirror-keeper.js';
import { SourceProjects } from '../src/shared/source-projects.js';

type EngineWork = (
  request: BuildRequest,
  emit: (event: EngineEvent) => void | Promise<void>,
  signal: AbortSignal,
) => Promise<BuildOutcome>;

const logger = createLogger({ process: 'test', level: 'silent' });
const leaseMs = 800;

export const outcome: BuildOutcome = {
  digest: `sha256:${'1'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  ...{ sizeBytes: 7, platforms: ['linux/amd64'], baseImages: [], stepLines: new Map(), stepsRun: 1, stepsCached: 0 },
};

/** An engine's work that only ends when it is told to, as a real one does. */
export const untilStopped: EngineWork = (_request, _emit, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));

/** The run-build service on a real database, with a git side and an engine that do what a test says. */
export class BuildBench {
  /** Those of the builder; the first one seals. */
  keys: MasterKeys = [masterKey(randomBytes(32))];
  readonly builds: BuildRepository;
  dockerfile: Uint8Array = Buffer.from('FROM scratch\n');
  /** The file that definitions are read from; there is none when a test does not say. */
  definition: string | null = null;
  prepare: (project: Pick<SourceProject, 'id'>) => Promise<unknown> = async () => undefined;
  work: EngineWork = async () => outcome;
  /** What the engine remembers of earlier attempts; nothing when a test does not say. */
  memory: Partial<Pick<Engine, 'find' | 'takeOver'>> = {};
  /** Its own registry, for what is asked of it; nobody is there when a test does not say. */
  registry = { host: 'registry.example', insecure: true };
  /** Files on the disk of the engine; unknown when a test does not say. */
  usedFiles: () => Promise<number | null> = async () => null;
  engineLost = 0;
  /** What exports of caches asked the engine for. */
  exported: BuildRequest[] = [];
  /** Preparations that read a mirror now. */
  inUse = 0;
  held!: HeldAttempts;
  /** How the builder connects; the owner's connection when a test does not change it. */
  builderDb: Database;
  instanceId = '';
  projectId = '';
  private lane: Lane = 'trusted';

  private constructor(readonly world: World) {
    this.builds = new BuildRepository(world.db);
    this.builderDb = world.db;
  }

  get attempts(): AttemptRepository {
    return new AttemptRepository(this.builderDb);
  }

  static async open(): Promise<BuildBench> {
    return new BuildBench(await World.open());
  }

  /** Its builder connects as the role of the trusted pool, with a key of its own. */
  static async openAsBuilder(): Promise<BuildBench> {
    const bench = await BuildBench.open();
    const url = asDatabaseRole(bench.world.url, 'builder');
    bench.builderDb = new Database({ url, poolSize: 4, applicationName: 'builder', instanceKey: 'a key' });
    return bench;
  }

  async close(): Promise<void> {
    if (this.builderDb !== this.world.db) await this.builderDb.close();
    await this.world.close();
  }

  /** A new builder and a new project. */
  async begin(): Promise<void> {
    this.instanceId = await new ProcessRepository(this.builderDb).start('builder', 'b', { slots: 4 });
    this.lane = 'trusted';
    this.projectId = await this.world.project();
    this.held = new HeldAttempts(this.attempts, () => this.instanceId, leaseMs, logger);
    this.held.start();
    this.dockerfile = Buffer.from('FROM scratch\n');
    this.definition = null;
    this.exported = [];
    this.prepare = async () => undefined;
    this.work = async () => outcome;
    this.memory = {};
    this.registry = { host: 'registry.example', insecure: true };
    this.engineLost = 0;
    this.usedFiles = async () => null;
  }

  /** The process is another one now, of the same worker. */
  async restart(): Promise<void> {
    await this.held.close();
    this.instanceId = await new ProcessRepository(this.builderDb).start('builder', 'b', { slots: 4 });
    this.held = new HeldAttempts(this.attempts, () => this.instanceId, leaseMs, logger);
    this.held.start();
  }

  async end(): Promise<void> {
    await this.held.close();
    await this.world.reset();
  }

  async secret(name: string, value: string, keys: MasterKeys = this.keys): Promise<void> {
    const sealed = sealBox(keys, Buffer.from(value), sealedSubject.projectSecret(this.projectId, name));
    await this.world.db.prisma.projectSecret.create({
      data: { id: crypto.randomUUID(), projectId: this.projectId, name, sealed: Buffer.from(sealed) },
    });
  }

  /** From now on this builder takes builds of that lane, and no others. */
  async takes(lane: Lane): Promise<void> {
    this.lane = lane;
    await new ProcessRepository(this.builderDb).heartbeat(this.instanceId, { slots: 4, lane });
  }

  /** Dispatches a build of the project and runs its attempt to the end; the build as it is then. */
  async run() {
    const { attemptId, buildId } = await this.dispatch();
    await this.service().run(attemptId);
    return this.build(buildId);
  }

  async dispatch() {
    await this.world.build(this.projectId);
    return this.dispatchNext();
  }

  /** What this builder has claimed is built, and published by control: what is left is the export of its cache. */
  async toExport(attempt: ClaimedAttempt): Promise<void> {
    const { digest, mediaType, sizeBytes } = outcome;
    const facts = { digest, mediaType, sizeBytes, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [] };
    await this.attempts.built(attempt, this.instanceId, { ...facts, exportCache: true });
    await this.world.db.prisma.build.update({
      where: { id: attempt.build.id },
      data: { status: 'succeeded', stage: null, finishedAt: new Date() },
    });
  }

  /** The same of a build that a definition says, which is `definition`. */
  async dispatchDefined(cacheBackend: CacheBackend = 'registry') {
    const { id } = await this.world.build(this.projectId, { cacheBackend });
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    await this.world.db.prisma.build.update({ where: { id }, data: { definition } });
    return this.dispatchNext();
  }

  /** With a token that its builder can open. */
  async dispatchNext() {
    const [attempt] = await this.world.dispatches.dispatchNext(({ attemptId }) => ({
      sealed: sealBox(this.keys, Buffer.from('token'), sealedSubject.registryToken(attemptId)),
      ttlMs: 300_000,
    }));
    return attempt!;
  }

  async build(id: string) {
    return (await this.builds.find(id))!;
  }

  async attempt(buildId: string) {
    return this.world.db.prisma.attempt.findFirstOrThrow({ where: { buildId }, orderBy: { number: 'desc' } });
  }

  async log(attemptId: string): Promise<string> {
    let text = '';
    const entries = readEntries(new PostgresChunkStore(this.world.db), attemptId);
    for await (const part of asText(entries)) text += Buffer.from(part).toString();
    return text;
  }

  service(): RunBuildService {
    const db = this.builderDb;
    const end = new EngineEnd(null, logger);
    const liveBus = { publish: () => true, subscribe: () => () => undefined };
    const shared = this.shared(end);
    return new RunBuildService(
      {
        ...shared,
        steps: new StepRepository(db),
        manifests: new ContextManifestRepository(db),
        ledgers: new CacheLedgerRepository(db),
        staging: new StagingAdmission(new StagingRepository(db)),
        logs: new AttemptLogs(new PostgresChunkStore(db), liveBus, logger),
        held: this.held,
        earlier: new EarlierAttempts(this.attempts, shared.engine, {
          workerName: 'b',
          registry: this.registry,
          onRunawayWork: (work) => void end.unlessEnded(work),
        }),
        losses: new EngineLosses(),
        metrics: createMetrics({ version: '0', commit: 'test' }),
      },
      () => this.instanceId,
      { workerName: 'b', leaseMs, maxAttempts: 3 },
      () => {
        this.engineLost++;
      },
    );
  }

  exports(): ExportCacheService {
    const modes = { choose: async () => ({ mode: 'max', why: 'set' }) as const };
    return new ExportCacheService({ ...this.shared(new EngineEnd(null, logger)), modes }, this.registry);
  }

  /** What running a build and exporting its cache have in common. */
  private shared(end: EngineEnd) {
    const db = this.builderDb;
    const projects = new BuildProjectRepository(db);
    const tokens = new RegistryTokenRepository(db);
    const source = {
      prepare: async (project: SourceProject) => {
        this.inUse++;
        await this.prepare(project).finally(() => this.inUse--);
      },
      contexts: async () => [
        {
          namedFolders: [],
          files: [],
          sharedKey: 'k',
          dockerfile: { path: 'Dockerfile', content: this.dockerfile },
        },
      ],
      file: async () => this.definition && Buffer.from(this.definition),
    };
    const engine = {
      ...this.memory,
      build: (...args: Parameters<EngineWork>) => this.work(...args),
      exportCache: async (request: BuildRequest) => {
        this.exported.push(request);
        return { bytes: 1 };
      },
    };
    return {
      attempts: this.attempts,
      notes: new BuildNotes(db),
      accesses: new BuildAccesses(projects, tokens, new SourceProjects(this.keys), this.keys, {
        ...{ registryHosts: [this.registry.host], leaseMs },
      }),
      requests: new BuildRequests(
        source as unknown as Source,
        new BuildDefinitions(source as unknown as Source, services().tools['docker-buildx']!),
        new CachePlans(new CacheReadRepository(db), 'registry.example', logger),
        {
          ...{
            registryHost: 'registry.example',
            publicUrl: 'https://c.example',
            cgroupParent: null,
            lane: this.lane,
            machine: { cpus: 4, memoryBytes: 2 ** 33, slots: 2 },
          },
        },
      ),
      mirrors: new MirrorKeeper({ tidy: async () => undefined }, logger),
      house: new EngineHouse({ wipe: async () => {} }, this.lane, end, undefined, () => this.usedFiles()),
      engine: engine as unknown as Engine,
      logger,
    };
  }
}
