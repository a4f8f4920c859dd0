import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type FreshDatabase,
  freePorts,
  freshDatabase,
  type OwnRedis,
  services,
  startGitHost,
  takeRedis,
} from '@cooperage/testing';
import { Child } from './child.js';
import { CutProxy } from './cut-proxy.js';
import { type BuilderLogin, Installation, type InstallationPlaces, type Role, type Store } from './installation.js';
import { roleUrls } from './own-services.js';
import { environments, setupTokenOf } from './product-environment.js';
import { RegistryTap } from './registry-tap.js';
import { until } from './until.js';

/** What is alone on the machine is ready in seconds. */
const startMs = 180_000;

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

/**
 * The whole product as real processes from the build, on real services, each line to them cuttable: one installation for
 * one test file.
 */
export class Product extends Installation {
  readonly children = new Map<string, Child>();

  private constructor(
    places: InstallationPlaces,
    private readonly fresh: FreshDatabase,
    private readonly lines: { readonly database: CutProxy; readonly git: CutProxy; readonly registry: RegistryTap },
    private readonly redis: OwnRedis,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, Record<string, string>>>,
  ) {
    super(places);
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
    const places = { origin, git, registryAccess: services().registry, pullHost: registry.hostPort };
    const product = new Product(places, fresh, { database, git: gitLine, registry }, redis, folder, env);
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
  addressOf(role: Exclude<Role, 'web'>): string {
    return `http://127.0.0.1:${this.env[role]!.PORT}`;
  }

  metricsOf(role: Exclude<Role, 'web'>): Promise<string> {
    return this.scrape(this.addressOf(role));
  }

  /** Sees what builders and control write. */
  get registry(): RegistryTap {
    return this.lines.registry;
  }

  start(role: Role, name: string = role): Child {
    const worker = role === 'builder' || role === 'control';
    const script =
      role === 'web'
        ? 'apps/web/.next/standalone/apps/web/guarded-server.mjs'
        : worker
          ? 'apps/worker/dist/main.supervisor.js'
          : `apps/api/dist/main.${role}.js`;
    // Another one beside the first is a machine of its own.
    const env = name === role ? this.env[role]! : { ...this.env[role]!, PORT: '0', COOPERAGE_WORKER_NAME: name };
    const child = Child.start(name, script, worker ? [role] : [], env, this.folder);
    this.children.set(name, child);
    return child;
  }

  async pidOf(role: Role): Promise<number> {
    const child = this.children.get(role)!;
    if (role !== 'builder' && role !== 'control') return child.pid;
    return until(`${role} runs`, async () => (await child.children())[0] ?? null);
  }

  async end(role: Role): Promise<void> {
    await this.children.get(role)?.stop();
  }

  async begin(role: Exclude<Role, 'web'>): Promise<void> {
    this.start(role);
    const address = `${this.addressOf(role)}/healthz`;
    await until(`${role} answers`, async () => (await fetch(address).catch(() => null))?.ok, startMs);
  }

  async addBuilder(name: string): Promise<void> {
    this.start('builder', name);
  }

  async addControl(name: string): Promise<void> {
    this.start('control', name);
  }

  /** Of the pool for untrusted code no builder runs: what one would be started with. */
  async builderLogins(): Promise<readonly BuilderLogin[]> {
    const env = this.env.builder as BuilderLogin['env'];
    const { builder_untrusted: DATABASE_URL } = roleUrls(this.fresh.url, new URL(env.DATABASE_URL).port);
    const REDIS_URL = services().untrustedBuilderRedisUrl!;
    return [
      { pool: 'trusted', env },
      { pool: 'strangers', env: { ...env, DATABASE_URL, REDIS_URL } },
    ];
  }

  async cut(store: Store): Promise<void> {
    this.lines[store].cut();
  }

  async restore(store: Store): Promise<void> {
    this.lines[store].restore();
  }

  async written(): Promise<readonly string[]> {
    return [...this.registry.written];
  }

  async forgetWritten(): Promise<void> {
    this.registry.written.clear();
  }

  async stop(): Promise<void> {
    await this.restore('database');
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    const lines = Object.values(this.lines).map((line) => line.close());
    await Promise.all([this.git.close(), ...lines]);
    await this.fresh.drop();
    await this.redis.giveBack();
    await rm(this.folder, { recursive: true, force: true });
  }

  remoteUrl(name: string): string {
    return `http://127.0.0.1:${this.lines.git.port}/${name}`;
  }

  async logs(): Promise<string> {
    const logs = await Promise.all(
      [...this.children.values()].map(async (child) => `--- ${child.name}\n${await child.log()}`),
    );
    return logs.join('\n');
  }

  private async startAll(web: boolean, setUp: boolean): Promise<void> {
    for (const role of ['api', 'live', 'builder', 'control'] as const) this.start(role);
    if (web) this.start('web');
    try {
      await until(
        'the api is ready',
        async () => (await fetch(`${this.origin}/readyz`).catch(() => null))?.ok,
        startMs,
      );
      if (setUp) await this.setUp();
      if (web) await until('the pages are ready', async () => (await fetch(`${this.origin}/sign-in`)).ok);
    } catch (error) {
      const message = `the product did not start: ${(error as Error).message}\n${await this.logs()}`;
      await this.stop();
      throw new Error(message, { cause: error });
    }
  }
}
