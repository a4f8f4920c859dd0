import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '@cooperage/config';
import { type BuildRecord, BuildRepository, Database, newId, promise } from '@cooperage/db';
import { engineFloor, masterKey, sealBox, sealedSubject } from '@cooperage/domain';
import { createEngine, type Engine } from '@cooperage/engines';
import { mintRegistryToken, registryTokenKey } from '@cooperage/oci';
import {
  asDatabaseRole,
  type FreshDatabase,
  freshDatabase,
  type GitHost,
  type OwnRedis,
  services,
  startGitHost,
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
    const env = { ...workerEnvironment(fresh, redis.url, git, folder), ...change };
    const system = new WorkerSystem(fresh, redis, db, git, folder, env);
    await db.prisma.organization.create({
      data: { id: system.organization, name: 'Test', slug: system.organization, createdAt: new Date() },
    });
    await system.startControl();
    system.builder = await system.startBuilder();
    return system;
  }

  async startControl(): Promise<INestApplicationContext> {
    const { BUILDKIT_HOST: _host, COOPERAGE_CGROUP_PARENT: _cgroup, COOPERAGE_BUILDX: _buildx, ...env } = this.env;
    const databaseUrl = await asDatabaseRole(this.fresh.url, 'control');
    return this.boot(ControlModule.for(loadConfig('control', { ...env, DATABASE_URL: databaseUrl })));
  }

  /**
   * A builder for strangers, with an engine of its own: it is emptied between builds. The engine says that it is `version`,
   * which is above the floor unless a test wants to see what is below it.
   */
  async startBuilderForStrangers(address: string, version: string = engineFloor): Promise<INestApplicationContext> {
    const app = await this.startBuilder({
      ...{
        COOPERAGE_LANE: 'strangers',
        COOPERAGE_BUILD_SLOTS: '1',
        BUILDKIT_HOST: address,
        COOPERAGE_WORKER_NAME: 's',
      },
    });
    const engine = app.get<Engine>(ENGINE, { strict: false });
    const check = engine.check.bind(engine);
    engine.check = async () => ({ ...(await check()), version });
    return app;
  }

  /** From now on the first builder's ADD may fetch from a host of this machine, as if that were a public one. */
  fetchFrom(host: string): void {
    const engine = this.builder!.get<Engine>(ENGINE, { strict: false });
    const { engine: address, cgroupParent } = services();
    const open = createEngine('buildkit', {
      address,
      cgroupParent,
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
    ];
    const env = Object.fromEntries(
      Object.entries({ ...this.env, ...change }).filter(([name]) => !foreign.includes(name)),
    );
    const databaseUrl = await asDatabaseRole(this.fresh.url, 'builder');
    return this.boot(BuilderModule.for(loadConfig('builder', { ...env, DATABASE_URL: databaseUrl })));
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

  async hasManifest(repository: string, digest: string): Promise<boolean> {
    const answer = await this.ask(repository, `manifests/${digest}`, 'HEAD');
    return answer.ok;
  }

  /** Digests of an image's layers. */
  async layersOf(repository: string, digest: string): Promise<string[]> {
    const answer = await this.ask(repository, `manifests/${digest}`, 'GET');
    const { layers } = (await answer.json()) as { layers: { digest: string }[] };
    return layers.map((layer) => layer.digest);
  }

  async tagsIn(repository: string): Promise<string[]> {
    const answer = await this.ask(repository, 'tags/list', 'GET');
    return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
  }

  /** As if somebody had cleaned up in the registry itself. */
  async deleteManifest(repository: string, digest: string): Promise<void> {
    const answer = await this.ask(repository, `manifests/${digest}`, 'DELETE', ['delete']);
    if (!answer.ok) throw new Error(`the registry answered ${answer.status}`);
  }

  private async ask(
    repository: string,
    path: string,
    method: 'GET' | 'HEAD' | 'DELETE',
    actions: readonly ('pull' | 'delete')[] = ['pull'],
  ): Promise<Response> {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
    const authorization = `Bearer ${await this.registryToken(repository, actions)}`;
    return fetch(`http://${services().registry.host}/v2/${repository}/${path}`, {
      method,
      headers: { authorization, accept },
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

  async until<T>(look: () => Promise<T | null>, timeoutMs = 30_000): Promise<T> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (Date.now() > end) throw new Error('waited too long');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs stock cosign with the public key of a project. */
  async cosign(
    project: TestProject,
    verb: 'verify' | 'verify-attestation',
    digest: string,
    ...more: string[]
  ): Promise<string> {
    const key = await this.db.prisma.signingKey.findFirstOrThrow({ where: { projectId: project.id } });
    const file = path.join(this.folder, `${project.id}.pub`);
    await writeFile(file, key.publicKeyPem!);
    const image = `${services().registry.host}/${project.repository}@${digest}`;
    const args = [verb, '--key', file, '--insecure-ignore-tlog=true', '--allow-http-registry=true', ...more, image];
    const token = await this.pullToken(project.repository);
    const { stdout } = await promisify(execFile)(services().tools.cosign!, [...args, '--registry-token', token]);
    return stdout;
  }

  pullToken(repository: string): Promise<string> {
    return this.registryToken(repository, ['pull']);
  }

  private async registryToken(repository: string, actions: readonly ('pull' | 'delete')[]): Promise<string> {
    const { registry } = services();
    const key = registryTokenKey(await readFile(registry.tokenKeyFile), await readFile(registry.tokenCertFile));
    const scopes = [{ repository, actions }];
    const { service, issuer } = registry;
    return mintRegistryToken(key, {
      issuer,
      service,
      subject: 'test',
      asked: scopes,
      granted: scopes,
      ttlSeconds: 300,
      nowMs: Date.now(),
    }).token;
  }

  private async boot(module: ReturnType<typeof ControlModule.for>): Promise<INestApplicationContext> {
    const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
    this.apps.push(app);
    return app;
  }
}
