import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CreatedInvitation, CreatedProject, Me, Project } from '@cooperage/contracts';
import { type BuildRecord, BuildRepository, Database, EvaluationRepository } from '@cooperage/db';
import { judge, type Role } from '@cooperage/domain';
import { asDatabaseRole, type FreshDatabase, freshDatabase, type MailReceiver, services } from '@cooperage/testing';
import { type Api, createApi } from '../src/app/create-api.js';
import { listenOptions } from '../src/http/listen.js';
import { createLive, type Live } from '../src/live/create-live.js';
import type { LiveLimits } from '../src/live/live-adapter.js';
import type { MailLimits } from '../src/mail/mailer.js';
import { freePort } from './free-port.js';
import { setupToken, type TestAddresses, testConfig } from './test-settings.js';
import { expectOk, Visitor } from './visitor.js';

export const password = 'a long enough password';

export interface TestProject {
  readonly project: Project;
  readonly secret: string;
}

/**
 * The real API on real PostgreSQL and Redis, by its own database role, in a database of its own, with people who came in
 * by its own doors.
 */
export class ApiWorld {
  readonly database: Database;
  live: Live | undefined;
  /** Where mail arrives, when the API sends some. */
  mails: Pick<MailReceiver, 'mails'> | undefined;

  private constructor(
    private readonly fresh: FreshDatabase,
    readonly api: Api,
    readonly origin: string,
    private readonly config: ReturnType<typeof testConfig>,
  ) {
    this.database = new Database({ url: fresh.url, poolSize: 4, applicationName: 'test' });
  }

  /** @param reach what the API is told instead of the database's own address. */
  static async open(
    changes: Partial<TestAddresses> & { readonly mailLimits?: MailLimits } = {},
    reach: (databaseUrl: string) => Promise<string> | string = (url) => url,
  ): Promise<ApiWorld> {
    const fresh = await freshDatabase();
    const { redisUrl, registry } = services();
    const port = changes.port ?? (await freePort());
    const config = testConfig({
      port,
      databaseUrl: await reach(asDatabaseRole(fresh.url, 'api')),
      redisUrl,
      registryHost: registry.host,
      registryToken: {
        key: readFileSync(registry.tokenKeyFile, 'utf8'),
        certificate: readFileSync(registry.tokenCertFile, 'utf8'),
      },
      ...changes,
    });
    const api = await createApi(config.api, undefined, changes.mailLimits);
    await api.app.listen(listenOptions({ host: '127.0.0.1', port }));
    return new ApiWorld(fresh, api, `http://127.0.0.1:${port}`, config);
  }

  get databaseUrl(): string {
    return this.fresh.url;
  }

  /** Starts the socket process on `port`. */
  async startLive(port: number, limits: LiveLimits = {}): Promise<Live> {
    this.live = await createLive(this.config.live, limits);
    await this.live.app.listen(listenOptions({ host: '127.0.0.1', port }));
    return this.live;
  }

  async close(): Promise<void> {
    await this.live?.close();
    await this.api.close();
    await this.database.close();
    await this.fresh.drop();
  }

  anonymous(): Visitor {
    return new Visitor(this.origin);
  }

  /** The first administrator, owner of the organization `acme`. */
  async owner(): Promise<Visitor> {
    const organization = { name: 'Acme', slug: 'acme' };
    const person = { email: 'owner@acme.example', name: 'Olga Owner', password };
    expectOk(await this.anonymous().post('/api/v1/setup', { token: setupToken, ...person, organization }), 201);
    return this.anonymous().signIn(person.email, password);
  }

  /** @returns the secret of an invitation's link, which is shown or mailed. */
  async invite(owner: Visitor, organizationId: string, role: Role, email: string): Promise<string> {
    const path = `/api/v1/organizations/${organizationId}/invitations`;
    const { url } = expectOk(await owner.post<CreatedInvitation>(path, { email, role }), 201);
    const mailed = this.mails?.mails.filter(({ to }) => to.includes(email)).at(-1);
    const secret = /\/invitation#([\w-]+)/.exec(url ?? mailed?.text ?? '')?.[1];
    if (secret === undefined) throw new Error('the link of the invitation was neither shown nor mailed');
    return secret;
  }

  /** Somebody whom `owner` has invited. */
  async member(
    owner: Visitor,
    organizationId: string,
    role: Role,
    email = `${randomUUID()}@acme.example`,
  ): Promise<Visitor> {
    const secret = await this.invite(owner, organizationId, role, email);
    expectOk(await this.anonymous().post('/api/v1/invitations/accept', { secret, name: `A ${role}`, password }), 204);
    return this.anonymous().signIn(email, password);
  }

  /** The owner of an organization of their own, who is in no other. */
  async stranger(owner: Visitor, slug = 'rival'): Promise<{ visitor: Visitor; organizationId: string }> {
    const organizationId = await organizationOf(owner);
    const visitor = await this.member(owner, organizationId, 'viewer');
    const { id, email } = expectOk(await visitor.get<Me>('/api/v1/me'));
    const made = await owner.post<{ organizationId: string }>('/api/v1/organizations', { name: slug, slug });
    const { organizationId: rival } = expectOk(made, 201);
    const own = `/api/v1/organizations/${rival}`;
    const secret = await this.invite(owner, rival, 'owner', email);
    expectOk(await visitor.post('/api/v1/invitations/join', { secret }), 204);
    const me = expectOk(await owner.get<Me>('/api/v1/me'));
    expectOk(await owner.ask('DELETE', `${own}/members/${me.id}`), 204);
    expectOk(await owner.ask('DELETE', `/api/v1/organizations/${organizationId}/members/${id}`), 204);
    return { visitor, organizationId: made.body.organizationId };
  }

  async project(owner: Visitor, organizationId: string, changes: object = {}): Promise<TestProject> {
    const body = {
      organizationId,
      slug: `p-${randomUUID().slice(0, 8)}`,
      name: 'A project',
      remoteUrl: 'https://git.example/hello.git',
      ...changes,
    };
    const { project, hookSecret } = expectOk(await owner.post<CreatedProject>('/api/v1/projects', body), 201);
    return { project, secret: hookSecret.secret };
  }

  /** A push as GitHub sends it. */
  push({ project, secret }: TestProject, options: PushOptions = {}): Promise<Response> {
    const payload = options.payload ?? pushPayload(options.ref, options.commit);
    const signature = createHmac('sha256', secret).update(payload).digest('hex');
    return fetch(`${this.origin}/api/v1/hooks/${options.projectId ?? project.id}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': options.deliveryId ?? randomUUID(),
        'x-hub-signature-256': options.signature ?? `sha256=${signature}`,
        ...options.headers,
      },
      body: payload,
    });
  }

  /** What control makes of a delivery whose ref is at `commit`: its verdicts and builds. */
  async evaluate(deliveryId: string, commit: string): Promise<BuildRecord[]> {
    const evaluations = new EvaluationRepository(this.database);
    const subject = await evaluations.load(deliveryId);
    if (!subject?.ref) throw new Error('there is nothing to evaluate');
    const head = { ref: subject.ref, commit, defaultBranch: 'main', changedPaths: null };
    const outcome = await evaluations.commit(subject, {
      ref: subject.ref,
      commit,
      commitSubject: 'A subject',
      commitAuthor: 'An author',
      commitTime: 1_700_000_000,
      defaultBranch: 'main',
      ...{ observed: commit, late: false, rewrites: false },
      zone: 'protected',
      targetRef: null,
      noCache: false,
      verdicts: subject.rules.map((rule) => judge(rule, head, false)),
      leftOut: new Map(),
      trigger: 'push',
      triggeredBy: null,
    });
    if (!outcome.ok) throw new Error(outcome.reason === 'queue_full' ? outcome.sentence : outcome.reason);
    const builds = new BuildRepository(this.database);
    return Promise.all(outcome.builds.map(async ({ id }) => (await builds.find(id))!));
  }

  /** A queued build, by the whole road from the webhook on. */
  async build(target: TestProject, commit = randomCommit()): Promise<BuildRecord> {
    const answer = await this.push(target, { commit });
    if (answer.status !== 202) throw new Error(`push: ${answer.status} ${await answer.text()}`);
    const { deliveryId } = (await answer.json()) as { deliveryId: string };
    const [build] = await this.evaluate(deliveryId, commit);
    return build!;
  }
}

export interface PushOptions {
  readonly ref?: string;
  readonly commit?: string;
  readonly deliveryId?: string;
  readonly signature?: string;
  readonly payload?: string | Uint8Array<ArrayBuffer>;
  readonly projectId?: string;
  readonly headers?: Record<string, string>;
}

export function pushPayload(ref = 'refs/heads/main', commit = randomCommit()): string {
  return JSON.stringify({
    ref,
    before: '0'.repeat(40),
    after: commit,
    pusher: { name: 'pusher' },
    sender: { login: 'pusher' },
  });
}

export function randomCommit(): string {
  return randomUUID().replaceAll('-', '').padEnd(40, 'a');
}

export async function organizationOf(visitor: Visitor): Promise<string> {
  const { organizations } = expectOk(await visitor.get<Me>('/api/v1/me'));
  return organizations[0]!.organizationId;
}
