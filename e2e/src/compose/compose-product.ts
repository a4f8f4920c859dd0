import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Build } from '@cooperage/contracts';
import { startGitHost } from '@cooperage/testing';
import { Installation, type InstallationPlaces, type Repository, type Role, type Store } from '../installation.js';
import { until } from '../until.js';
import { Lines } from './lines.js';
import { PrivateDocker } from './private-docker.js';
import { makeStandIns, standIns } from './stand-ins.js';

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../../..');
const repositories = '/var/lib/registry/docker/registry/v2/repositories';
/** Both pools. */
const builders = ['builder', 'builder-untrusted'];

/** `docker-compose.yml` as somebody runs it who has just cloned: a copy of the checkout, a script and a command. */
export class ComposeProduct extends Installation {
  private isStopped = false;
  private builderCount = 1;

  private constructor(
    places: InstallationPlaces,
    readonly docker: PrivateDocker,
    /** The copy of the checkout. */
    readonly folder: string,
    private readonly lines: Lines,
  ) {
    super(places);
  }

  static async start(): Promise<ComposeProduct> {
    const docker = await PrivateDocker.start();
    const open: { close(): Promise<void> }[] = [];
    try {
      const folder = path.join(docker.folder, 'clone');
      await Promise.all([copyCheckout(folder), makeStandIns(docker)]);
      const git = await startGitHost();
      open.push(git);
      const lines = await Lines.open(path.join(docker.folder, 'lines'), docker.started.address, git.server.port);
      open.push(lines);
      const pullHost = `127.0.0.1:${lines.registry.port}`;
      const registryAccess = {
        host: pullHost,
        tokenKeyFile: path.join(folder, 'secrets/registry-token.key'),
        tokenCertFile: path.join(folder, 'secrets/registry-token.crt'),
        service: 'cooperage-registry',
        issuer: 'cooperage',
      };
      const places = { origin: `http://127.0.0.1:${lines.web.port}`, git, registryAccess, pullHost };
      const product = new ComposeProduct(places, docker, folder, lines);
      await product.configure();
      // A kept engine has what a run before left there.
      if (docker.isKept) await product.compose('down', '--volumes', '--timeout', '1');
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
    await this.lines.close();
    await this.git.close();
  }

  compose(...args: readonly string[]): Promise<string> {
    return this.docker.compose(this.folder, ...args);
  }

  script(name: string, ...args: readonly string[]): Promise<string> {
    return this.docker.script(this.folder, name, ...args);
  }

  get publicPort(): string {
    return new URL(this.origin).port;
  }

  get setupToken(): string {
    return this.setting('COOPERAGE_SETUP_TOKEN');
  }

  get databaseUrl(): string {
    return `postgresql://cooperage:${this.setting('POSTGRES_PASSWORD')}@127.0.0.1:${this.lines.portOf('postgres')}/cooperage`;
  }

  get redisUrl(): string {
    return `redis://:${this.setting('REDIS_PASSWORD')}@127.0.0.1:${this.lines.portOf('redis')}`;
  }

  addressOf(role: Exclude<Role, 'web'>): string {
    return role === 'api' ? this.origin : `http://127.0.0.1:${this.lines.portOf(role)}`;
  }

  logs(): Promise<string> {
    return this.compose('logs', '--no-color', '--no-log-prefix');
  }

  async pidOf(role: Role): Promise<number> {
    const main = await this.mainPidOf(role);
    // The first process of a container inherits what a killed worker had started, too.
    return until(`${role} runs`, async () => {
      // tini's own command line names the script, too.
      const below = (await descendantsOf(main)).slice(role === 'web' ? 0 : 1);
      for (const pid of below) if (await runs(pid, scriptOf(role))) return pid;
      return null;
    });
  }

  /** Of the first process of a container, as this machine counts them. */
  async mainPidOf(service: string): Promise<number> {
    return Number(await this.docker.docker('inspect', '--format', '{{.State.Pid}}', this.containerOf(service)));
  }

  async end(role: Role): Promise<void> {
    await this.compose('stop', ...(role === 'builder' ? builders : [role]));
  }

  async begin(role: Exclude<Role, 'web'>): Promise<void> {
    await this.up(...(role === 'builder' ? builders : [role]));
  }

  /** By Compose it has a name of its own. */
  async addBuilder(): Promise<void> {
    this.builderCount++;
    const scale = `builder=${this.builderCount}`;
    await this.compose('up', '--detach', '--no-recreate', '--no-deps', '--scale', scale, 'builder');
  }

  async cut(store: Store): Promise<void> {
    if (store === 'git') this.lines.git.cut();
    else await this.docker.docker('kill', this.containerOf(serviceOf(store)));
  }

  async restore(store: Store): Promise<void> {
    if (store === 'git') this.lines.git.restore();
    else await this.up(serviceOf(store));
  }

  async written(): Promise<readonly string[]> {
    const newer = '$([ -e /tmp/forgotten ] && echo "-newer /tmp/forgotten")';
    const found = await this.inRegistry(`find ${repositories} -path '*/_manifests/*' -name link ${newer}`);
    const names = found.split('\n').flatMap((file) => /repositories\/(.*)\/_manifests\//.exec(file)?.[1] ?? []);
    return [...new Set(names)];
  }

  async forgetWritten(): Promise<void> {
    await this.inRegistry('touch /tmp/forgotten');
  }

  /** Commits, tells the service as a git host does, and waits for the end of the build. */
  async build(repository: Repository, files: Readonly<Record<string, string>>): Promise<Build> {
    const { commit } = await this.push(repository, files);
    return this.finished(repository, commit, 180_000).catch(async (error: Error) => {
      const logs = await this.compose('logs', '--tail', '25', 'control', ...builders).catch(String);
      throw new Error(`${error.message}\n${logs}`, { cause: error });
    });
  }

  async log(build: Build): Promise<string> {
    const answer = await this.api.send('GET', `/api/v1/builds/${build.id}/log`);
    return answer.text();
  }

  remoteUrl(name: string): string {
    return `http://git:5000/${name}`;
  }

  /** Starts services again that are there already, until they are healthy. */
  private async up(...services: readonly string[]): Promise<void> {
    await this.compose('up', '--detach', '--no-recreate', '--no-deps', '--wait', ...services);
  }

  private containerOf(service: string): string {
    return `${this.docker.started.project}-${service}-1`;
  }

  private inRegistry(script: string): Promise<string> {
    return this.compose('exec', '-T', 'registry', 'sh', '-c', script);
  }

  private setting(name: string): string {
    const text = readFileSync(path.join(this.folder, '.env'), 'utf8');
    return new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  /** What the administrator of a real installation writes into .env, and the lines to what the test itself serves. */
  private async configure(): Promise<void> {
    await this.script('make-env.sh');
    const { address, project } = this.docker.started;
    // Not in the copy: images would be made anew.
    const override = path.join(this.docker.folder, 'test.yml');
    const settings: Record<string, string> = {
      ...standIns,
      COMPOSE_PROJECT_NAME: project,
      COMPOSE_FILE: `docker-compose.yml:${override}`,
      PUBLIC_URL: this.origin,
      REGISTRY_NAME: this.pullHost,
      BIND: address,
      PUBLIC_PORT: this.publicPort,
      ALLOW_PLAIN_HTTP: 'git:5000',
      BASE_MIRROR: 'mirror:5000',
      BUILD_MEMORY: '1g',
      UNTRUSTED_BUILD_MEMORY: '512m',
    };
    const file = path.join(this.folder, '.env');
    const others = (await readFile(file, 'utf8')).split('\n').filter((line) => !(line.split('=')[0]! in settings));
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(file, [...others, ...text, ''].join('\n'));
    // Names that lead to inner addresses, as those of an attacker's own name server do.
    const hosts = { extra_hosts: [`inner.example.test:${address}`, 'meta.example.test:169.254.169.254'] };
    const services = { ...this.lines.services(), buildkit: hosts, 'buildkit-untrusted': hosts };
    await writeFile(override, JSON.stringify({ services }));
  }
}

function serviceOf(store: Exclude<Store, 'git'>): string {
  return store === 'database' ? 'postgres' : 'registry';
}

/** Not for a process that has ended and was not asked for yet: it has no command line any more. */
async function runs(pid: number, script: string): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(script);
}

function scriptOf(role: Role): string {
  return role === 'web' ? 'guarded-server.mjs' : `main.${role}.js`;
}

/** With the process itself, parents first. */
async function descendantsOf(pid: number): Promise<number[]> {
  const below = await Promise.all((await childrenOf(pid)).map(descendantsOf));
  return [pid, ...below.flat()];
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
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
