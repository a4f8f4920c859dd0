import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Build, Project } from '@cooperage/contracts';
import { type GitHost, services, startGitHost, type TestGitRepository } from '@cooperage/testing';
import { ApiClient } from '../api-client.js';
import { CutProxy } from '../cut-proxy.js';
import { until } from '../until.js';
import { Line } from './line.js';
import { PrivateDocker } from './private-docker.js';
import { makeStandIns, standIns } from './stand-ins.js';

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../../..');
const administrator = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery staple' };

/** A container with nothing but a line to what the test runs on the machine's loopback. */
const forwarder = `require('net').createServer((c) => {
  const s = require('net').connect(process.env.SOCKET); c.on('error', () => s.destroy()); s.on('error', () => c.destroy()); c.pipe(s).pipe(c);
}).listen(5000)`;

export interface ComposeRepository {
  readonly project: Project;
  readonly git: TestGitRepository;
  readonly hookSecret: string;
}

/** `docker-compose.yml` as somebody runs it who has just cloned: a copy of the checkout, a script and a command. */
export class ComposeProduct {
  readonly api: ApiClient;
  private isStopped = false;

  private constructor(
    readonly docker: PrivateDocker,
    readonly folder: string,
    private readonly git: GitHost,
    private readonly lines: readonly { close(): Promise<void> }[],
    readonly publicUrl: string,
    /** By which people pull. */
    readonly registry: string,
  ) {
    this.api = new ApiClient(publicUrl);
  }

  static async start(): Promise<ComposeProduct> {
    const docker = await PrivateDocker.start();
    const open: { close(): Promise<void> }[] = [];
    try {
      const folder = path.join(docker.folder, 'clone');
      await Promise.all([copyCheckout(folder), makeStandIns(docker)]);
      const git = await startGitHost();
      open.push(git);
      const lines = path.join(docker.folder, 'lines');
      await mkdir(lines);
      open.push(await Line.to(git.hostPort, path.join(lines, 'git.sock')));
      open.push(await Line.to(services().openRegistry, path.join(lines, 'mirror.sock')));
      const web = await CutProxy.to(docker.started.address, 8080);
      const registry = await CutProxy.to(docker.started.address, 5000);
      open.push(web, registry);
      const names = { web: `http://127.0.0.1:${web.port}`, registry: `127.0.0.1:${registry.port}` };
      const product = new ComposeProduct(docker, folder, git, open, names.web, names.registry);
      await product.configure(lines);
      await product.compose('up', '--detach', '--build', '--wait', '--wait-timeout', '300');
      return product;
    } catch (error) {
      for (const each of open.toReversed()) await each.close();
      await docker.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    await this.docker.stop();
    for (const line of this.lines.toReversed()) await line.close();
  }

  compose(...args: readonly string[]): Promise<string> {
    return this.docker.compose(this.folder, ...args);
  }

  script(name: string, ...args: readonly string[]): Promise<string> {
    return this.docker.script(this.folder, name, ...args);
  }

  async setting(name: string): Promise<string> {
    const text = await readFile(path.join(this.folder, '.env'), 'utf8');
    return new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  async setUp(): Promise<void> {
    const token = await this.setting('COOPERAGE_SETUP_TOKEN');
    const organization = { name: 'Acme', slug: 'acme' };
    await this.api.json('POST', '/api/v1/setup', { token, ...administrator, organization });
    await this.api.signIn(administrator.email, administrator.password);
  }

  async repository(organizationId: string, slug: string, change: Record<string, unknown> = {}) {
    const git = await this.git.repository(`${slug}.git`);
    const remoteUrl = `http://git:5000/${slug}.git`;
    const created = await this.api.createProject({ organizationId, slug, remoteUrl, visibility: 'public', ...change });
    return { project: created.project, git, hookSecret: created.hookSecret.secret } satisfies ComposeRepository;
  }

  /** Commits, tells the service as a git host does, and waits for the end of the build. */
  async build(repository: ComposeRepository, files: Readonly<Record<string, string>>): Promise<Build> {
    const ref = 'refs/heads/main';
    const commit = await repository.git.commit(files, { ref });
    const id = randomUUID();
    const body = JSON.stringify({ ref, before: '0'.repeat(40), after: commit, repository: repository.project.slug });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(repository.hookSecret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const answer = await fetch(`${this.publicUrl}/api/v1/hooks/${repository.project.id}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
    });
    if (answer.status !== 202) throw new Error(`the webhook was answered ${answer.status}: ${await answer.text()}`);
    return until(
      `the build of ${commit.slice(0, 7)} has ended`,
      async () => {
        const page = await this.api.builds(repository.project.id);
        const build = page.items.find((item) => item.commit === commit);
        return build?.finishedAt ? this.api.build(build.id) : null;
      },
      180_000,
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.state(repository)}`, { cause: error });
    });
  }

  async log(build: Build): Promise<string> {
    const answer = await this.api.send('GET', `/api/v1/builds/${build.id}/log`);
    return answer.text();
  }

  /** Of builds and deliveries, with the end of the logs: why something waits. */
  private async state({ project }: ComposeRepository): Promise<string> {
    const builds = await this.api.builds(project.id).catch(String);
    const deliveries = await this.api.deliveries(project.id).catch(String);
    const logs = await this.compose('logs', '--tail', '25', 'control', 'builder', 'builder-untrusted').catch(String);
    return `${JSON.stringify({ builds, deliveries })}\n${logs}`;
  }

  /** What the administrator of a real installation writes into .env, and two lines to what the test itself serves. */
  private async configure(lines: string): Promise<void> {
    await this.script('make-env.sh');
    const settings = {
      ...standIns,
      COMPOSE_PROJECT_NAME: this.docker.started.project,
      COMPOSE_FILE: 'docker-compose.yml:test.yml',
      PUBLIC_URL: this.publicUrl,
      REGISTRY_NAME: this.registry,
      BIND: this.docker.started.address,
      ALLOW_PLAIN_HTTP: 'git:5000',
      BASE_MIRROR: 'mirror:5000',
      BUILD_MEMORY: '1g',
      UNTRUSTED_BUILD_MEMORY: '512m',
    };
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await appendFile(path.join(this.folder, '.env'), `\n${text.join('')}`);
    const line = (name: string, networks: string[]) => ({
      image: standIns.NODE_IMAGE,
      command: ['node', '-e', forwarder],
      environment: { SOCKET: `/lines/${name}.sock` },
      volumes: [`${lines}:/lines`],
      networks,
      init: false,
      stop_grace_period: '0s',
    });
    // Names that lead to inner addresses, as those of an attacker's own name server do.
    const hosts = {
      extra_hosts: [`inner.example.test:${this.docker.started.address}`, 'meta.example.test:169.254.169.254'],
    };
    const services = {
      git: line('git', ['outside']),
      mirror: line('mirror', ['outside', 'engine', 'engine-untrusted']),
      buildkit: hosts,
      'buildkit-untrusted': hosts,
    };
    await writeFile(path.join(this.folder, 'test.yml'), JSON.stringify({ services }));
  }
}

/** What git knows of, and what is new and not ignored: as a clone of the state that is tested. */
async function copyCheckout(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.', ':!docs/screens'];
  const { stdout } = await run('git', ['-C', checkout, ...list], { maxBuffer: 2 ** 26 });
  const names = path.join(folder, '..', 'files');
  await writeFile(names, stdout);
  const pack = `tar --create --null --ignore-failed-read --files-from="$0" --directory="$1" | tar --extract --directory="$2"`;
  await run('sh', ['-c', pack, names, checkout, folder]);
}
