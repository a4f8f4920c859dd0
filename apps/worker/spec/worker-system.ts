import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@cooperage/config';
import { type BuildRecord, BuildRepository, Database, newId, promise } from '@cooperage/db';
import { engineFloor, masterKey, sealBox, sealedSubject } from '@cooperage/domain';
import { createEngine, type Engine } from '@cooperage/engines';
import {
  asDatabaseRole,
  type FreshDatabase,
  freshDatabase,
  type GitHost,
  type OwnEngine,
  type OwnRedis,
  services,
  startGitHost,
  startOwnEngine,
  type TestGitRepository,
  takeRedis,
} from '@cooperage/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BuilderModule } from '../src/builder/builder.module.js';
import { ControlModule } from '../src/control/control.module.js';
import { ENGINE } from '../src/shared/tokens.js';
import { workerEnvironment } from './worker-environment.js';

const limits = {
  timeoutMs: 120_000,
  logBytes: 10_000_000,
  memoryBytes: null,
  pids: null,
  cpus: null,
  diskBytes: null,
  network: 'open',
} as const;

export interface TestProject {
  readonly id: string;
  readonly repository: string;
  readonly git: TestGitRepository;
}

/** Builder and control in this process, each by its own database role, on real PostgreSQL, Redis, registry, engine and git. */
export class WorkerSystem {
  private readonly apps: INestApplicationContext[] = [];
  private builder: INestApplicationContext | undefined;
  private engineForStrangers: OwnEngine | undefined;
  readonly organization = `o-${randomBytes(4).toString('hex')}`;

  private constructor(
    private readonly fresh: FreshDatabase,
    private readonly redis: OwnRedis,
    readonly db: Database,
    readonly git: GitHost,
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  static async start(change: Record<string, string> = {}): Promise<WorkerSystem> {
    const fresh = await freshDatabase();
    const redis = await takeRedis();
    const git = await startGitHost();
    const folder = await mkdtemp(path.join(tmpdir(), 'cooperage-worker-'));
    const db = new Database({ url: fresh.url, poolSize: 4, applicationName: 'test' });
    const env = { ...workerEnvironment(fresh, redis, git, folder), ...change };
    const system = new WorkerSystem(fresh, redis, db, git, folder, env);
    await db.prisma.organization.create({
      data: { id: system.organization, name: 'Test', slug: system.organization, createdAt: new Date() },
    });
    await db.prisma.installation.create({ data: { homeOrganizationId: system.organization } });
    await system.startControl();
    system.builder = await system.startBuilder();
    return system;
  }

  /** With a builder for strangers too, on an engine of its own. Its steps have no network, so what is built there asks for none. */
  static async startForEverybody(): Promise<WorkerSystem> {
    const system = await WorkerSystem.start();
    system.engineForStrangers = await startOwnEngine();
    await system.startBuilderForStrangers(system.engineForStrangers.address);
    return system;
  }

  async startControl(): Promise<INestApplicationContext> {
    const ofBuilders = ['BUILDKIT_HOST', 'COOPERAGE_CGROUP_PARENT', 'COOPERAGE_CGROUP_BASE', 'COOPERAGE_BUILDX'];
    const env = Object.fromEntries(Object.entries(this.env).filter(([name]) => !ofBuilders.includes(name)));
    const databaseUrl = asDatabaseRole(this.fresh.url, 'control');
    return this.boot(ControlModule.for(loadConfig('control', { ...env, DATABASE_URL: databaseUrl })));
  }

  /** A builder for strangers, whose engine is emptied between builds, and says that its version is the oldest that will do. */
  private async startBuilderForStrangers(address: string): Promise<void> {
    const lane = { COOPERAGE_LANE: 'strangers', COOPERAGE_BUILD_SLOTS: '1', COOPERAGE_WORKER_NAME: 's' };
    // An engine that a test starts for itself puts the groups where it is told to.
    const app = await this.startBuilder({ ...lane, BUILDKIT_HOST: address, COOPERAGE_CGROUP_BASE: '' });
    const engine = app.get<Engine>(ENGINE, { strict: false });
    const check = engine.check.bind(engine);
    engine.check = async () => ({ ...(await check()), version: engineFloor });
  }

  /** From now on the first builder's ADD may fetch from a host of this machine, as if that were a public one. */
  fetchFrom(host: string): void {
    const engine = this.builder!.get<Engine>(ENGINE, { strict: false });
    const { engine: address, cgroupParent, cgroupBase } = services();
    const open = createEngine('buildkit', {
      address,
      cgroupParent,
      ...(cgroupBase && { cgroupBase }),
      insecureRegistry: true,
      allowedSourceHosts: [host],
    });
    engine.build = open.build.bind(open);
  }

  async startBuilder(change: Record<string, string> = {}): Promise<INestApplicationContext> {
    const foreign = [
      'SIGNING_ENCRYPTION_KEY',
      'COOPERAGE_REGISTRY_TOKEN_KEY_FILE',
      'COOPERAGE_REGISTRY_TOKEN_CERT_FILE',
      'COOPERAGE_UNTRUSTED_REDIS_URL',
    ];
    const env = Object.fromEntries(
      Object.entries({ ...this.env, ...change }).filter(([name]) => !foreign.includes(name)),
    );
    const { builderRedisUrl, untrustedBuilderRedisUrl } = services();
    const [role, redisUrl] =
      env.COOPERAGE_LANE === 'strangers'
        ? (['builder_untrusted', untrustedBuilderRedisUrl] as const)
        : (['builder', builderRedisUrl] as const);
    const stores = {
      DATABASE_URL: asDatabaseRole(this.fresh.url, role),
      ...(redisUrl && { REDIS_URL: `${redisUrl}${new URL(this.redis.url).pathname}` }),
    };
    return this.boot(BuilderModule.for(loadConfig('builder', { ...env, ...stores })));
  }

  /** As its supervisor does it: of two live builders of one name the younger may claim nothing. */
  async restartBuilder(): Promise<void> {
    const before = this.builder!;
    this.apps.splice(this.apps.indexOf(before), 1);
    await before.close();
    this.builder = await this.startBuilder();
  }

  /** Of the tables' owner. */
  get databaseUrl(): string {
    return this.fresh.url;
  }

  get localCacheRoot(): string {
    return this.env.COOPERAGE_LOCAL_CACHE_ROOT!;
  }

  async close(): Promise<void> {
    for (const app of this.apps.reverse()) await app.close();
    await this.engineForStrangers?.stop();
    await this.git.close();
    await this.db.close();
    await this.fresh.drop();
    await this.redis.giveBack();
    await rm(this.folder, { recursive: true, force: true });
  }

  async project(change: Record<string, unknown> = {}): Promise<TestProject> {
    const id = newId();
    const slug = `p-${randomBytes(4).toString('hex')}`;
    const git = await this.git.repository(`${slug}.git`);
    await this.db.prisma.project.create({
      data: {
        id,
        organizationId: this.organization,
        slug,
        name: slug,
        remoteUrl: this.git.url(`${slug}.git`),
        limits,
        ...change,
      },
    });
    await this.db.prisma.rule.create({
      data: {
        id: newId(),
        projectId: id,
        name: 'branches',
        refKind: 'branch',
        refPattern: '**',
        includePaths: [],
        excludePaths: [],
        tags: ['{{branch}}', '{{default}}'],
      },
    });
    return { id, repository: `${this.organization}/${slug}`, git };
  }

  /** A secret of a project, as the api stores it. */
  async secret(project: TestProject, name: string, value: string): Promise<void> {
    const keys = [masterKey(Buffer.from(this.env.ENCRYPTION_KEY!, 'base64'))] as const;
    const sealed = Buffer.from(sealBox(keys, Buffer.from(value), sealedSubject.projectSecret(project.id, name)));
    await this.db.prisma.projectSecret.create({ data: { id: newId(), projectId: project.id, name, sealed } });
  }

  /** What a forge would have delivered for a push, already accepted by the api. */
  push(project: TestProject, commit: string, ref = 'refs/heads/main'): Promise<string> {
    return this.deliver(project, { ref, after: commit });
  }

  /** A person asks for the same once more. */
  replay(project: TestProject, commit: string, ref = 'refs/heads/main'): Promise<string> {
    return this.deliver(project, { ref, after: commit, replayOf: newId() });
  }

  /** A person asks for a build of a ref as strangers' code. */
  buildAsFork(project: TestProject, ref = 'refs/heads/main'): Promise<string> {
    const body = Buffer.from(JSON.stringify({ ruleId: null, zone: 'fork', actor: 'ada' }));
    return this.deliver(project, { ref, after: null, eventName: 'manual', body });
  }

  /** Somebody deletes a branch, and the forge says so. */
  async deleteRef(project: TestProject, ref: string): Promise<void> {
    await project.git.git(['update-ref', '-d', ref]);
    await this.deliver(project, { ref, after: null });
  }

  /** As the api does it for a person. */
  async deleteProject({ id }: TestProject): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.project.update({ where: { id }, data: { deletedAt: new Date() } });
      await promise(tx, 'delete-project', id, id);
    });
  }

  private async deliver(
    project: TestProject,
    push: {
      readonly ref: string;
      readonly after: string | null;
      readonly replayOf?: string;
      readonly eventName?: string;
      readonly body?: Buffer<ArrayBuffer>;
    },
  ): Promise<string> {
    const id = newId();
    await this.db.transaction(async (tx) => {
      await tx.delivery.create({
        data: {
          id,
          projectId: project.id,
          forge: 'generic',
          deliveryKey: randomUUID(),
          eventName: 'push',
          proof: 'standard-webhooks',
          status: 'received',
          headers: {},
          body: Buffer.from('{}'),
          ...push,
        },
      });
      await promise(tx, 'evaluate', id, project.id);
    });
    return id;
  }

  /** The build of a delivery, once it is over. */
  async outcome(deliveryId: string, timeoutMs = 90_000): Promise<BuildRecord> {
    return this.until(async () => {
      const build = await this.buildOf(deliveryId);
      return build?.finishedAt ? build : null;
    }, timeoutMs);
  }

  async buildOf(deliveryId: string): Promise<BuildRecord | null> {
    const row = await this.db.prisma.build.findFirst({ where: { deliveryId }, select: { id: true } });
    return row && new BuildRepository(this.db).find(row.id);
  }

  /** A build once its cache was left, or will not be. */
  cacheLeft(buildId: string): Promise<BuildRecord> {
    return this.until(async () => {
      const build = await new BuildRepository(this.db).find(buildId);
      return build && build.cacheExport !== 'pending' ? build : null;
    });
  }

  async until<T>(look: () => Promise<T | null>, timeoutMs = 30_000): Promise<T> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (Date.now() > end) throw new Error('waited too long');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async boot(module: ReturnType<typeof ControlModule.for>): Promise<INestApplicationContext> {
    const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
    this.apps.push(app);
    return app;
  }
}
