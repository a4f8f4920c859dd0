import { randomBytes } from 'node:crypto';
import type { Build, Me, Project } from '@cooperage/contracts';
import { RegistryClient } from '@cooperage/oci';
import {
  cosignSays,
  type GitHost,
  registryToken,
  runCosign,
  type TestGitRepository,
  type TestServices,
} from '@cooperage/testing';
import { ApiClient } from './api-client.js';
import type { RegistryTap } from './registry-tap.js';
import { until } from './until.js';
import { type PushedRef, webhookRequest } from './webhook.js';

export const administrator = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery staple' };

export interface Repository {
  readonly project: Project;
  readonly git: TestGitRepository;
  readonly hookSecret: string;
}

/** Processes of ours. */
export type Role = 'api' | 'live' | 'web' | 'builder' | 'control';
/** What they stand on, and a test can take away for a while. */
export type Store = 'database' | 'registry' | 'git';

/** What a builder of a pool is started with: all that somebody has who takes it over. */
export interface BuilderLogin {
  /** As `COOPERAGE_LANE` names it. */
  readonly pool: 'trusted' | 'strangers';
  /** Its variables, its stores at the addresses by which the test reaches them. */
  readonly env: Readonly<Record<string, string>> & { readonly DATABASE_URL: string; readonly REDIS_URL: string };
}

/** Where an installation is, and what a test brings along for it. */
export interface InstallationPlaces {
  /** By which people and git hosts reach it. */
  readonly origin: string;
  readonly git: GitHost;
  /** The registry as the test itself reaches it, with the key that signs its tokens. */
  readonly registryAccess: TestServices['registry'];
  /** `host:port` by which people pull. */
  readonly pullHost: string;
}

/**
 * The whole product as a scenario sees it, however it runs: as processes from the build (`Product`), or in containers
 * (`ComposeProduct`). What a scenario does by this class alone runs on both.
 */
export abstract class Installation {
  readonly api: ApiClient;

  constructor(protected readonly places: InstallationPlaces) {
    this.api = new ApiClient(places.origin);
  }

  /** What the first administrator proves that the installation is theirs with. */
  abstract readonly setupToken: string;
  /** As a role that may read and write everything. */
  abstract readonly databaseUrl: string;
  abstract readonly redisUrl: string;
  /** What one of its processes says of itself, as whoever may ask it gets it. */
  abstract metricsOf(role: Exclude<Role, 'web'>): Promise<string>;
  /** What its processes have written. */
  abstract logs(): Promise<string>;
  abstract stop(): Promise<void>;
  /** Of the process that does the work: where there is a supervisor, of its child. */
  abstract pidOf(role: Role): Promise<number>;
  /** Ends all processes of a role in order. */
  abstract end(role: Role): Promise<void>;
  /** Starts a role that was ended, until it answers. */
  abstract begin(role: Exclude<Role, 'web'>): Promise<void>;
  /** Starts one more builder. */
  abstract addBuilder(name: string): Promise<void>;
  /** Starts one more control. */
  abstract addControl(name: string): Promise<void>;
  /** One of each pool. */
  abstract builderLogins(): Promise<readonly BuilderLogin[]>;
  /** Sees what control writes to the registry. */
  abstract readonly registry: Pick<RegistryTap, 'watch'>;
  /** Until it is restored, nobody gets an answer. */
  abstract cut(store: Store): Promise<void>;
  abstract restore(store: Store): Promise<void>;
  /** Repositories of the registry into which anybody has put a manifest, since the last `forgetWritten`. */
  abstract written(): Promise<readonly string[]>;
  abstract forgetWritten(): Promise<void>;
  /** Of a repository of the test's git host, as the installation reaches it. */
  abstract remoteUrl(name: string): string;

  /** The test's own git host. */
  get git(): GitHost {
    return this.places.git;
  }

  get origin(): string {
    return this.places.origin;
  }

  get pullHost(): string {
    return this.places.pullHost;
  }

  get registryAccess(): TestServices['registry'] {
    return this.places.registryAccess;
  }

  /** @param address of a process */
  protected async scrape(address: string): Promise<string> {
    const answer = await fetch(`${address}/metrics`, { headers: { cookie: this.api.cookies } });
    if (!answer.ok) throw new Error(`${address}/metrics answered ${answer.status}`);
    return answer.text();
  }

  /** Makes the administrator and the first organization, and signs in. */
  async setUp(slug = `acme-${randomBytes(3).toString('hex')}`): Promise<void> {
    const organization = { name: 'Acme', slug };
    await this.api.json('POST', '/api/v1/setup', { token: this.setupToken, ...administrator, organization });
    await this.signIn();
  }

  signIn(): Promise<void> {
    return this.api.signIn(administrator.email, administrator.password);
  }

  async repository(change: Record<string, unknown> = {}): Promise<Repository> {
    const slug = `p-${randomBytes(4).toString('hex')}`;
    const git = await this.git.repository(`${slug}.git`);
    const me = await this.api.json<Me>('GET', '/api/v1/me');
    const created = await this.api.createProject({
      organizationId: me.organizations[0]!.organizationId,
      slug,
      remoteUrl: this.remoteUrl(`${slug}.git`),
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
    const { publicKeyPem } = keys.items[0]!;
    const image = { host: this.pullHost, repository: nameOf(project), digest, publicKeyPem };
    return cosignSays({ ...image, token: this.token(project) }, verb, ...more);
  }

  /** Runs stock cosign with these arguments and a token to pull. @throws {Error} with cosign's own words when it refuses */
  runCosign(project: Project, args: readonly string[]): Promise<string> {
    return runCosign(args, this.token(project));
  }

  /** The registry itself, as somebody sees it who may do everything in the project's repository. */
  registryClient(project: Project): RegistryClient {
    const tokenFor = () => this.token(project, ['pull', 'push', 'delete']);
    return new RegistryClient({
      host: this.registryAccess.host,
      scheme: 'http',
      credentials: { kind: 'token', tokenFor },
    });
  }

  /** The digest to which a tag points in the registry itself; null when there is none. */
  async tagInRegistry({ project }: Repository, tag: string): Promise<string | null> {
    const answer = await fetch(`http://${this.registryAccess.host}/v2/${nameOf(project)}/manifests/${tag}`, {
      method: 'HEAD',
      headers: {
        authorization: `Bearer ${this.token(project)}`,
        accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json',
      },
    });
    return answer.headers.get('docker-content-digest');
  }

  private token(project: Project, actions?: Parameters<typeof registryToken>[1]): string {
    return registryToken(nameOf(project), actions, this.registryAccess);
  }
}

function nameOf({ organizationSlug, slug }: Project): string {
  return `${organizationSlug}/${slug}`;
}
