import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type BuildRecord,
  BuildRepository,
  type Database,
  DeliveryRepository,
  EvaluationRepository,
  IntakeRepository,
  type NewDelivery,
  newId,
  PublishRepository,
  TenureRepository,
} from '@cooperage/db';
import { masterKey } from '@cooperage/domain';
import { createSource, type Source, type SourceLimits } from '@cooperage/source';
import { createLogger } from '@cooperage/telemetry';
import { type GitHost, startGitHost, type TestGitRepository } from '@cooperage/testing';
import { World } from '../../../libs/db/spec/world.js';
import { EvaluateService } from '../src/control/evaluate/evaluate.service.js';
import { ReadHead } from '../src/control/evaluate/read-head.js';
import type { HandlerResult } from '../src/control/outbox/outbox-loop.js';
import { MirrorKeeper } from '../src/shared/mirror-keeper.js';
import { SourceProjects } from '../src/shared/source-projects.js';

const logger = createLogger({ process: 'test', level: 'silent' });

export interface BenchProject {
  readonly id: string;
  readonly git: TestGitRepository;
}

/** What a webhook says, where a test says more than the ref. */
export type Call = Partial<
  Pick<NewDelivery, 'after' | 'before' | 'deliveryKey' | 'forge' | 'proof' | 'replayOf' | 'repository'>
> & {
  /** The same text is the same body. */
  readonly text?: string;
};

/** Evaluation on a real database and a real git host. Builds end without being built: only their rows and tags count. */
export class EvaluateBench {
  readonly source: Source;
  readonly service: EvaluateService;
  private readonly intake: IntakeRepository;
  private projects = 0;

  private constructor(
    readonly world: World,
    readonly host: GitHost,
    private readonly db: Database,
  ) {
    this.source = this.sourceWithin({});
    this.service = this.serviceOn(this.source);
    this.intake = new IntakeRepository(world.url, 2, () => undefined);
  }

  /** @param dbOf what evaluation uses instead of the world's own connections */
  static async open(dbOf: (world: World) => Database = ({ db }) => db): Promise<EvaluateBench> {
    const world = await World.open();
    return new EvaluateBench(world, await startGitHost(), dbOf(world));
  }

  /** Another reader of the same git host. The caller closes it. */
  sourceWithin(limits: Partial<SourceLimits>): Source {
    const { folder, hostPort } = this.host;
    return createSource({
      mirrorRoot: join(folder, 'mirrors'),
      allowPlainHttp: [hostPort],
      retryDelaysMs: [],
      limits,
    });
  }

  serviceOn(source: Source): EvaluateService {
    const evaluations = new EvaluationRepository(this.db);
    return new EvaluateService(
      evaluations,
      new ReadHead(evaluations, source),
      new SourceProjects([masterKey(randomBytes(32))]),
      new MirrorKeeper({ tidy: async () => undefined }, logger),
      logger,
    );
  }

  async close(): Promise<void> {
    await this.intake.close();
    await this.source.close();
    await this.host.close();
    await this.world.close();
  }

  /** A project that builds every branch and tag. @param change columns of the project */
  async project(change: Record<string, unknown> = {}): Promise<BenchProject> {
    const name = `r${++this.projects}.git`;
    const git = await this.host.repository(name);
    const id = await this.world.project();
    const { project, rule } = this.world.db.prisma;
    await project.update({ where: { id }, data: { remoteUrl: this.host.url(name), ...change } });
    const common = { projectId: id, includePaths: [], excludePaths: [] };
    await rule.create({
      data: {
        ...common,
        id: newId(),
        name: 'branches',
        refKind: 'branch',
        refPattern: '**',
        tags: ['{{branch}}', '{{default}}'],
      },
    });
    await rule.create({
      data: {
        ...common,
        id: newId(),
        name: 'tags',
        refKind: 'tag',
        refPattern: '**',
        tags: ['{{version}}', '{{tag}}'],
      },
    });
    return { id, git };
  }

  /** @returns the commit, which is the head of the ref from now on */
  commit(project: BenchProject, text: string, parents?: readonly string[], ref = 'refs/heads/main'): Promise<string> {
    const files = { Dockerfile: `FROM scratch\n# ${text}\n` };
    return project.git.commit(files, { ref, ...(parents && { parents }) });
  }

  forcePush(project: BenchProject, to: string) {
    return project.git.git(['update-ref', 'refs/heads/main', to]);
  }

  /** Stores a call as the api does and evaluates it. @returns the delivery's row afterwards */
  async push(project: BenchProject, ref: string, call: Call = {}) {
    return this.evaluate(await this.receive(project, ref, call));
  }

  /** Stores a call as the api does. @returns the delivery's id */
  async receive(project: BenchProject, ref: string, { text, ...call }: Call = {}): Promise<string> {
    const body = Buffer.from(text ?? randomUUID());
    const delivery = {
      ...{ projectId: project.id, forge: 'github', eventName: 'push', proof: 'hmac-sha256', status: 'received' },
      ...{
        deliveryKey: randomUUID(),
        ref,
        before: null,
        after: null,
        sender: null,
        note: null,
        headers: {},
        replayOf: null,
        repository: null,
      },
      ...{ body, bodyDigest: text === undefined ? null : Buffer.from(text.padEnd(32, '.')) },
      ...call,
    };
    const stored = await this.intake.insert(delivery as NewDelivery);
    return stored!.deliveryId;
  }

  /** One more rule of the project. @returns its id */
  async rule(project: BenchProject, refKind: 'branch' | 'tag', refPattern: string, tags: string[]): Promise<string> {
    const id = newId();
    const fixed = { includePaths: [], excludePaths: [], name: `${refKind} ${refPattern}` };
    await this.world.db.prisma.rule.create({
      data: { id, projectId: project.id, refKind, refPattern, tags, ...fixed },
    });
    return id;
  }

  /** A developer starts a build by hand. @returns the delivery's row afterwards */
  async start(project: BenchProject, ref: string, ruleId: string | null) {
    const { organizationId } = await this.world.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } });
    const actor = { kind: 'user', id: 'u', name: 'dev', ip: null } as never;
    const place = { projectId: project.id, organizationId };
    const wish = { ref, ruleId, zone: null, targetRef: null, noCache: false };
    return this.evaluate(await new DeliveryRepository(this.world.db).start(place, wish, actor));
  }

  /** Looks at a delivery once, as the outbox has it done. */
  look(deliveryId: string, service = this.service): Promise<HandlerResult> {
    const item = { id: 1n, topic: 'evaluate', subjectId: deliveryId, groupId: '' } as const;
    return service.handle({ ...item, attempts: 1, unfinished: 0, failures: 0, ageMs: 0, dueMs: 0 });
  }

  /** @returns the delivery's row afterwards */
  async evaluate(deliveryId: string) {
    let result = await this.look(deliveryId);
    // Without the pauses: what waits for its git host is asked again at once, until it ends.
    while (!result.done) result = await this.look(deliveryId);
    return this.world.db.prisma.delivery.findUniqueOrThrow({ where: { id: deliveryId }, include: { verdicts: true } });
  }

  /** Commits of the project's builds, in their order. */
  async built(project: BenchProject): Promise<string[]> {
    const rows = await this.world.db.prisma.build.findMany({
      where: { projectId: project.id },
      select: { commit: true },
      orderBy: { number: 'asc' },
    });
    return rows.map(({ commit }) => commit);
  }

  /** The newest build of a commit. */
  async buildOf(project: BenchProject, commit: string): Promise<BuildRecord> {
    const { id } = await this.world.db.prisma.build.findFirstOrThrow({
      where: { projectId: project.id, commit },
      orderBy: { number: 'desc' },
    });
    return (await new BuildRepository(this.world.db).find(id))!;
  }

  /** Takes a queued build to its end: its image has a digest of its own, and its tags move as far as they may. */
  async publish(build: BuildRecord): Promise<BuildRecord> {
    const { world } = this;
    const builder = await world.builder(100);
    const dispatched = await world.dispatch();
    const { attemptId } = dispatched.find(({ buildId }) => buildId === build.id) ?? (await this.dispatchedOf(build));
    const attempt = await world.attempts.claim(attemptId, builder, 'b1', 60_000);
    await world.attempts.built(attempt!, builder, {
      digest: digestOf(build),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      ...{ sizeBytes: 1, baseImages: [], stepsTotal: 1, stepsCached: 0, warnings: [], exportCache: false },
    });
    const builds = new BuildRepository(world.db);
    const control = await world.processes.start('control', 'c', {});
    const tenures = new TenureRepository(world.db);
    const acquired = await tenures.acquire(build.projectId, control, 30_000);
    if (!acquired.ok) throw new Error('the publisher is busy');
    const publishes = new PublishRepository(world.db);
    await publishes.passGate((await builds.find(build.id))!, acquired.tenure, { platforms: ['linux/amd64'] });
    await publishes.succeed((await builds.find(build.id))!, acquired.tenure);
    await tenures.release(acquired.tenure);
    return (await builds.find(build.id))!;
  }

  /** Where the project's tags point: tag to the commit of the build that moved it last. */
  async tags(project: BenchProject): Promise<Record<string, string>> {
    const { imageTag, build } = this.world.db.prisma;
    const rows = await imageTag.findMany({ where: { projectId: project.id }, orderBy: { tag: 'asc' } });
    const entries = rows.map(async ({ tag, buildId }) => {
      const { commit } = await build.findUniqueOrThrow({ where: { id: buildId }, select: { commit: true } });
      return [tag, commit] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  private async dispatchedOf(build: BuildRecord): Promise<{ attemptId: string }> {
    const { id } = await this.world.db.prisma.attempt.findFirstOrThrow({
      where: { buildId: build.id },
      orderBy: { number: 'desc' },
      select: { id: true },
    });
    return { attemptId: id };
  }
}

function digestOf(build: BuildRecord): string {
  return `sha256:${build.number.toString(16).padStart(64, '0')}`;
}
