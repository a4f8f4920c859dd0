import type { CacheBackend, CachePolicy, Zone } from '@cooperage/domain';
import { type FreshDatabase, freshDatabase } from '@cooperage/testing';
import pg from 'pg';
import { createBuildIn } from '../src/build/build-creation.js';
import type { BuildRecord } from '../src/build/build-record.js';
import {
  AttemptRepository,
  BuildRepository,
  Database,
  type DispatchedAttempt,
  DispatchRepository,
  newId,
  ProcessRepository,
} from '../src/index.js';

const limits = {
  timeoutMs: 60_000,
  logBytes: 1_000_000,
  memoryBytes: null,
  pids: null,
  cpus: null,
  diskBytes: null,
  network: 'open',
} as const;

/** A small installation in a database of its own: organizations, projects, builds, builders. */
export class World {
  readonly attempts: AttemptRepository;
  readonly dispatches: DispatchRepository;
  readonly processes: ProcessRepository;

  private constructor(
    private readonly fresh: FreshDatabase,
    readonly db: Database,
  ) {
    this.attempts = new AttemptRepository(db);
    this.dispatches = new DispatchRepository(db, { engine: 'buildkit', organizationsTrustEachOther: true });
    this.processes = new ProcessRepository(db);
  }

  static async open(): Promise<World> {
    const fresh = await freshDatabase();
    return new World(fresh, new Database({ url: fresh.url, poolSize: 10, applicationName: 'test' }));
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.fresh.drop();
  }

  /** Empty again, for the next test. */
  async reset(): Promise<void> {
    await this.db.prisma.$executeRawUnsafe(
      'TRUNCATE project, process_instance, outbox, organization, installation, quota CASCADE',
    );
  }

  get url(): string {
    return this.fresh.url;
  }

  /** Runs `work` while another session holds what the statement locks. */
  async whileHeld<T>(statement: string, work: () => Promise<T>): Promise<T> {
    const holder = new pg.Client({ connectionString: this.fresh.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(statement);
      return await work();
    } finally {
      await holder.end();
    }
  }

  async organization(): Promise<string> {
    const id = newId();
    await this.db.prisma.organization.create({ data: { id, name: id, slug: `o-${id}`, createdAt: new Date() } });
    return id;
  }

  async project(organizationId?: string): Promise<string> {
    const id = newId();
    await this.db.prisma.project.create({
      data: {
        id,
        organizationId: organizationId ?? (await this.organization()),
        slug: `p-${id}`,
        name: id,
        remoteUrl: 'https://git.example/hello.git',
        limits,
      },
    });
    return id;
  }

  async build(
    projectId: string,
    change: Partial<{
      sequence: bigint;
      tags: string[];
      movesTags: boolean;
      zone: Zone;
      cachePolicy: CachePolicy;
      cacheBackend: CacheBackend;
      isolated: boolean;
    }> = {},
  ): Promise<BuildRecord> {
    const { organizationId } = await this.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } });
    const large = { buildArgs: {}, namedContexts: {}, definition: null };
    const build = await this.db.transaction((tx) =>
      createBuildIn(
        tx,
        {
          organizationId,
          projectId,
          sequence: 1n,
          ruleId: null,
          ruleName: null,
          deliveryId: null,
          trigger: 'push',
          triggeredBy: null,
          retryOf: null,
          remoteUrl: 'https://git.example/hello.git',
          ref: 'refs/heads/main',
          commit: 'a'.repeat(40),
          commitSubject: 'subject',
          commitAuthor: 'author',
          commitTime: 1_700_000_000,
          zone: 'protected',
          cachePolicy: 'zone',
          cacheBackend: 'registry',
          isolated: false,
          targetRef: null,
          movesTags: true,
          tags: ['main'],
          tagNamings: [],
          leftOutTags: [],
          contextPath: '.',
          dockerfilePath: 'Dockerfile',
          target: null,
          platform: 'linux/amd64',
          limits,
          noCache: false,
          ...change,
        },
        large,
      ),
    );
    return (await new BuildRepository(this.db).find(build!.id))!;
  }

  dispatch(): Promise<DispatchedAttempt[]> {
    return this.dispatches.dispatchNext(() => ({ sealed: Buffer.from('sealed'), ttlMs: 300_000 }));
  }

  builder(slots = 4): Promise<string> {
    return this.processes.start('builder', 'b1', { slots });
  }

  /** A build that a builder has claimed. */
  async claimed(projectId: string, instanceId: string, leaseMs = 15_000) {
    const build = await this.build(projectId);
    const dispatched = await this.dispatch();
    const mine = dispatched.find((attempt) => attempt.buildId === build.id);
    const attempt = await this.attempts.claim(mine!.attemptId, instanceId, 'b1', leaseMs);
    return attempt!;
  }
}
