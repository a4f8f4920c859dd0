import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Build, Project } from '@cooperage/contracts';
import { RegistryClient } from '@cooperage/oci';
import {
  cosignSays,
  type FreshDatabase,
  freshDatabase,
  type GitHost,
  type OwnRedis,
  registryToken,
  runCosign,
  services,
  startGitHost,
  type TestGitRepository,
  takeRedis,
} from '@cooperage/testing';
import { ApiClient } from './api-client.js';
import { Child } from './child.js';
import { CutProxy } from './cut-proxy.js';
import { roleUrls } from './own-services.js';
import { environments, freePorts, setupTokenOf } from './product-environment.js';
import { RegistryTap } from './registry-tap.js';
import { until } from './until.js';
import { type PushedRef, webhookRequest } from './webhook.js';

export const administrator = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery staple' };

export interface ProductOptions {
  /** Starts the dashboard too. */
  readonly web?: boolean;
  /** False leaves the installation as nobody has seen it yet: no account, no organization. True by default. */
  readonly setUp?: boolean;
  /** Without the lines that a test can cut: what is measured then is the product alone. */
  readonly direct?: boolean;
  /** `host:port` of git hosts beside the product's own that may be reached by plain http. */
  readonly gitHosts?: readonly string[];
  /** More or other variables for every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** More variables of the api process, which may follow from the address of the installation. */
  readonly apiEnv?: (origin: string) => Promise<Readonly<Record<string, string>>>;
}

export interface Repository {
  readonly project: Project;
  readonly git: TestGitRepository;
  readonly hookSecret: string;
}

/**
 * The whole product as real processes from the build, on real services, each line to them cuttable: one installation for
 * one test file.
 */
export class Product {
  readonly children = new Map<string, Child>();
  readonly api: ApiClient;

  private constructor(
    private readonly fresh: FreshDatabase,
    readonly git: GitHost,
    readonly database: CutProxy,
    readonly gitLine: CutProxy,
    readonly registry: RegistryTap,
    private readonly redis: OwnRedis,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, Record<string, string>>>,
    readonly origin: string,
  ) {
    this.api = new ApiClient(origin);
  }

  static async start(options: ProductOptions = {}): Promise<Product> {
    const fresh = await freshDatabase();
    const git = await startGitHost();
    const { hostname, port } = new URL(fresh.url);
    const database = await CutProxy.to(hostname, Number(port));
    const gitLine = await CutProxy.to('127.0.0.1', git.server.port);
    const registry = await RegistryTap.to(services().registry.host);
    const folder = await mkdtemp(path.join(tmpdir(), 'cooperage-e2e-'));
    const redis = await takeRedis();
    const ports = await freePorts(['api', 'live', 'web', 'builder', 'control'] as const);
    const origin = `http://127.0.0.1:${ports.api}`;
    const env = environments({
      ports,
      origin,
      databaseUrls: roleUrls(fresh.url, options.direct ? port : String(database.port)),
      redisUrl: redis.url,
      registry: options.direct ? services().registry.host : registry.hostPort,
      gitHost: [`127.0.0.1:${gitLine.port}`, ...(options.gitHosts ?? [])].join(','),
      folder,
    });
    for (const role of Object.values(env)) Object.assign(role, options.env ?? {});
    Object.assign(env.api, await options.apiEnv?.(origin));
    const product = new Product(fresh, git, database, gitLine, registry, redis, folder, env, origin);
    await product.startAll(options.web ?? false, options.setUp ?? true);
    return product;
  }

  /** What the service prints when it starts for the first time. */
  get setupToken(): string {
    return setupTokenOf(this.folder);
  }

  get databaseUrl(): string {
    return this.fresh.url;
  }

  get redisUrl(): string {
    return this.redis.url;
  }

  /** Where one of its processes answers by itself: health and metrics. */
  addressOf(role: 'api' | 'live' | 'builder' | 'control'): string {
    return `http://127.0.0.1:${this.env[role]!.PORT}`;
  }

  start(role: 'api' | 'live' | 'web' | 'builder' | 'control', name: string = role): Child {
    const worker = role === 'builder' || role === 'control';
    const script =
      role === 'web'
        ? 'apps/web/.next/standalone/apps/web/server.js'
        : worker
          ? 'apps/worker/dist/main.supervisor.js'
          : `apps/api/dist/main.${role}.js`;
    // Another one beside the first is a machine of its own.
    const env = name === role ? this.env[role]! : { ...this.env[role]!, PORT: '0', COOPERAGE_WORKER_NAME: name };
    const child = Child.start(name, script, worker ? [role] : [], env, this.folder);
    this.children.set(name, child);
    return child;
  }

  /** Pid of the process that a supervisor runs. */
  async pidOf(name: string): Promise<number> {
    return until(`${name} runs`, async () => (await this.children.get(name)!.children())[0] ?? null);
  }

  async stop(): Promise<void> {
    this.database.restore();
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    await Promise.all([this.git.close(), this.gitLine.close(), this.database.close(), this.registry.close()]);
    await this.fresh.drop();
    await this.redis.giveBack();
    await rm(this.folder, { recursive: true, force: true });
  }

  async logs(): Promise<string> {
    const logs = await Promise.all(
      [...this.children.values()].map(async (child) => `--- ${child.name}\n${await child.log()}`),
    );
    return logs.join('\n');
  }

  async repository(change: Record<string, unknown> = {}): Promise<Repository> {
    const slug = `p-${randomBytes(4).toString('hex')}`;
    const git = await this.git.repository(`${slug}.git`);
    const me = await this.api.json<{ organizations: { organizationId: string }[] }>('GET', '/api/v1/me');
    const remoteUrl = `http://127.0.0.1:${this.gitLine.port}/${slug}.git`;
    const created = await this.api.createProject({
      organizationId: me.organizations[0]!.organizationId,
      slug,
      remoteUrl,
      ...change,
    });
    return { project: created.project, git, hookSecret: created.hookSecret.secret };
  }

  /** Sends what a forge sends for a push, and gives its answer. */
  async deliver(repository: Repository, push: PushedRef): Promise<Response> {
    const { path: target, init } = webhookRequest(repository, push);
    return fetch(this.origin + target, init);
  }

  /** Commits, delivers the push, and gives the delivery's id. */
  async push(
    repository: Repository,
    files: Parameters<TestGitRepository['commit']>[0],
    ref = 'refs/heads/main',
  ): Promise<{ commit: string; deliveryId: string }> {
    const commit = await repository.git.commit(files, { ref });
    const answer = await this.deliver(repository, { ref, after: commit });
    if (answer.status !== 202) throw new Error(`the webhook was answered ${answer.status}: ${await answer.text()}`);
    const { deliveryId } = (await answer.json()) as { deliveryId: string };
    return { commit, deliveryId };
  }

  /** The build of a commit, once `wanted` holds for it. @throws {Error} with what it was seen as last, and its delivery */
  async buildWhere(
    repository: Repository,
    commit: string,
    what: string,
    wanted: (build: Build) => boolean,
    timeoutMs = 90_000,
  ): Promise<Build> {
    let last: Build | null = null;
    const look = async () => {
      const page = await this.api.builds(repository.project.id).catch(() => null);
      const summary = page?.items.find((build) => build.commit === commit);
      last = (summary && (await this.api.build(summary.id).catch(() => null))) ?? last;
      return last && wanted(last) ? last : null;
    };
    return until(`a build of ${commit.slice(0, 7)} that ${what}`, look, timeoutMs).catch(async (error: Error) => {
      const deliveries = await this.api.deliveries(repository.project.id).catch(() => null);
      throw new Error(`${error.message}\n${JSON.stringify({ last, deliveries })}`, { cause: error });
    });
  }

  finished(repository: Repository, commit: string, timeoutMs = 90_000): Promise<Build> {
    return this.buildWhere(repository, commit, 'has ended', (build) => build.finishedAt !== null, timeoutMs);
  }

  /** What stock cosign says of an image of a project. @throws {Error} with cosign's own words when it refuses */
  async cosign(
    { project }: Pick<Repository, 'project'>,
    verb: 'verify' | 'verify-attestation',
    digest: string,
    ...more: string[]
  ): Promise<string> {
    const keys = await this.api.json<{ items: { publicKeyPem: string }[] }>(
      'GET',
      `/api/v1/projects/${project.id}/keys`,
    );
    const repository = `${project.organizationSlug}/${project.slug}`;
    const { publicKeyPem } = keys.items[0]!;
    return cosignSays({ host: this.registry.hostPort, repository, digest, publicKeyPem }, verb, ...more);
  }

  /** Runs stock cosign with these arguments and a token to pull. @throws {Error} with cosign's own words when it refuses */
  runCosign({ organizationSlug, slug }: Project, args: readonly string[]): Promise<string> {
    return runCosign(`${organizationSlug}/${slug}`, args);
  }

  /** The registry itself, as somebody sees it who may do everything in the project's repository. */
  registryClient({ organizationSlug, slug }: Project): RegistryClient {
    const tokenFor = () => registryToken(`${organizationSlug}/${slug}`, ['pull', 'push', 'delete']);
    return new RegistryClient({
      host: services().registry.host,
      scheme: 'http',
      credentials: { kind: 'token', tokenFor },
    });
  }

  /** The digest to which a tag points in the registry itself; null when there is none. */
  async tagInRegistry({ project }: Repository, tag: string): Promise<string | null> {
    const repository = `${project.organizationSlug}/${project.slug}`;
    const answer = await fetch(`http://${services().registry.host}/v2/${repository}/manifests/${tag}`, {
      method: 'HEAD',
      headers: {
        authorization: `Bearer ${registryToken(repository)}`,
        accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json',
      },
    });
    return answer.headers.get('docker-content-digest');
  }

  /** Makes the administrator and the first organization, and signs in. */
  async setUp(): Promise<void> {
    await this.api.json('POST', '/api/v1/setup', {
      token: this.setupToken,
      ...administrator,
      organization: { name: 'Acme', slug: `acme-${randomBytes(3).toString('hex')}` },
    });
    await this.api.signIn(administrator.email, administrator.password);
  }

  private async startAll(web: boolean, setUp: boolean): Promise<void> {
    for (const role of ['api', 'live', 'builder', 'control'] as const) this.start(role);
    if (web) this.start('web');
    try {
      await until('the api is ready', async () => (await fetch(`${this.origin}/readyz`).catch(() => null))?.ok);
      if (setUp) await this.setUp();
      if (web) await until('the pages are ready', async () => (await fetch(`${this.origin}/sign-in`)).ok);
    } catch (error) {
      const message = `the product did not start: ${(error as Error).message}\n${await this.logs()}`;
      await this.stop();
      throw new Error(message, { cause: error });
    }
  }
}
