import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Build } from '@cooperage/contracts';
import { startGitHost, startOidcProvider, type TestOidcProvider } from '@cooperage/testing';
import {
  type BuilderLogin,
  Installation,
  type InstallationPlaces,
  type Repository,
  type Role,
  type Store,
} from '../installation.js';
import { oidcSettings } from '../oidc-settings.js';
import type { RegistryTap } from '../registry-tap.js';
import { until } from '../until.js';
import { type InnerPart, Lines } from './lines.js';
import { PrivateDocker } from './private-docker.js';
import { makeStandIns, standIns } from './stand-ins.js';

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../../..');
const repositories = '/var/lib/registry/docker/registry/v2/repositories';
/** Of the untrusted builder, by `docker-compose.yml`. */
const untrustedUser = 10_002;
/** Both pools. */
const builders = ['builder', 'builder-untrusted'];

/** `docker-compose.yml` as somebody runs it who has just cloned: a copy of the checkout, a script and a command. */
export class ComposeProduct extends Installation {
  private isStopped = false;
  private readonly counts = { builder: 1, control: 1 };

  private constructor(
    places: InstallationPlaces,
    readonly docker: PrivateDocker,
    /** The copy of the checkout. */
    readonly folder: string,
    private readonly lines: Lines,
    readonly provider: TestOidcProvider,
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
      const origin = `http://127.0.0.1:${lines.web.port}`;
      const provider = await startOidcProvider(`${origin}/api/auth/oidc/callback`);
      open.push(provider);
      await lines.openProvider(provider.issuer);
      const places = { origin, git, registryAccess, pullHost };
      const product = new ComposeProduct(places, docker, folder, lines, provider);
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
    await this.provider.close();
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

  get registry(): RegistryTap {
    return this.lines.tap;
  }

  /** Nobody outside of their containers asks control and builders. */
  async metricsOf(role: Exclude<Role, 'web'>): Promise<string> {
    if (role === 'api') return this.scrape(this.origin);
    if (role === 'live') return this.scrape(`http://127.0.0.1:${this.lines.portOf(role)}`);
    const ask =
      "fetch('http://127.0.0.1:'+process.env.PORT+'/metrics').then((r)=>r.ok?r.text():Promise.reject(r.status)).then(console.log)";
    return this.compose('exec', '-T', role, 'node', '-e', ask);
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

  addBuilder(): Promise<void> {
    return this.add('builder');
  }

  addControl(): Promise<void> {
    return this.add('control');
  }

  async builderLogins(): Promise<readonly BuilderLogin[]> {
    const both = [
      { pool: 'trusted', service: 'builder', redis: { host: 'redis', line: 'redis' } },
      { pool: 'strangers', service: 'builder-untrusted', redis: { host: 'redis-untrusted', line: 'untrusted' } },
    ] as const;
    const logins = both.map(async ({ pool, service, redis }) => {
      const env = variablesIn(await this.compose('exec', '-T', service, 'env'));
      const by = (part: InnerPart) => `@127.0.0.1:${this.lines.portOf(part)}`;
      const DATABASE_URL = env.DATABASE_URL!.replace('@postgres:5432', by('postgres'));
      const REDIS_URL = env.REDIS_URL!.replace(`@${redis.host}:6379`, by(redis.line));
      return { pool, env: { ...env, DATABASE_URL, REDIS_URL } };
    });
    return Promise.all(logins);
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

  /** One more beside those that run. By Compose it has a name of its own. */
  private async add(service: 'builder' | 'control'): Promise<void> {
    this.counts[service]++;
    const scale = `${service}=${this.counts[service]}`;
    await this.compose('up', '--detach', '--no-recreate', '--no-deps', '--scale', scale, service);
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
      ...oidcSettings(this.provider),
    };
    const file = path.join(this.folder, '.env');
    const others = (await readFile(file, 'utf8')).split('\n').filter((line) => !(line.split('=')[0]! in settings));
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(file, [...others, ...text, ''].join('\n'));
    // Names that lead to inner addresses, as those of an attacker's own name server do.
    const hosts = { extra_hosts: [`inner.example.test:${address}`, 'meta.example.test:169.254.169.254'] };
    const services = { ...this.lines.services(), buildkit: hosts, 'buildkit-untrusted': hosts };
    await writeFile(override, JSON.stringify({ services, volumes: await this.smallVolumes() }));
  }

  /** The untrusted pool has a disk of its own, which a test may fill. */
  private async smallVolumes(): Promise<Record<string, object>> {
    const { smallDisk } = this.docker.started;
    if (smallDisk === null) return {};
    const names = ['buildkit-untrusted', 'untrusted-mirrors'] as const;
    const volumes = names.map(async (name) => {
      const device = path.join(smallDisk, name);
      await mkdir(device, { recursive: true });
      // The user of the one who writes there: in an empty volume Docker makes that of the image.
      if (name === 'untrusted-mirrors') await chown(device, untrustedUser, untrustedUser);
      return [name, { driver: 'local', driver_opts: { type: 'none', o: 'bind', device } }];
    });
    return Object.fromEntries(await Promise.all(volumes));
  }
}

function serviceOf(store: Exclude<Store, 'git'>): string {
  return store === 'database' ? 'postgres' : 'registry';
}

/** As env(1) prints them. */
function variablesIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]));
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
