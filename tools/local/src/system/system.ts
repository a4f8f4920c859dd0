import { baseImages, provideBaseImages } from '../base-images/base-images.ts';
import type { DatabaseRole } from '../database/roles.ts';
import type { PushCredentials } from '../git-host/credentials.ts';
import { say } from '../output.ts';
import type { Choices } from '../parts/choice.ts';
import { PartFactory } from '../parts/create-parts.ts';
import type { EngineRegistries } from '../parts/engine/engine-registries.ts';
import { machineEngineProblems } from '../parts/engine/machine-engine.ts';
import type { Instance } from '../parts/instance.ts';
import { stopAll } from '../parts/lifecycle.ts';
import type { EngineAddress, Part } from '../parts/part.ts';
import { type KeptPart, PartKeeper } from '../parts/part-keeper.ts';
import type { TokenAuthentication } from '../parts/registry/registry-settings.ts';
import { ensureTokenKey, type TokenKeyFiles } from '../parts/registry/token-key.ts';
import { requireOwnListener } from '../processes/listeners.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { obtainGoTools } from '../toolchain/go-tools.ts';
import type { Tools } from '../toolchain/tools.ts';
import { ensureDatabase } from './application-database.ts';
import { processEnvironment, type SystemAddresses, type SystemSecrets } from './process-environment.ts';
import { GIT_HOST, ORDER, type ProcessKey } from './process-keys.ts';
import { type NodeProcess, superviseNode } from './processes.ts';

const GIT_USER = 'cooper';
const SCRIPTS: Readonly<Record<ProcessKey, Pick<NodeProcess, 'script' | 'parameters' | 'healthPath'>>> = {
  api: { script: 'apps/api/dist/main.api.js', healthPath: '/healthz' },
  live: { script: 'apps/api/dist/main.live.js', healthPath: '/healthz' },
  web: { script: 'apps/web/.next/standalone/apps/web/guarded-server.mjs', healthPath: '/icon.svg' },
  control: { script: 'apps/worker/dist/main.supervisor.js', parameters: ['control'], healthPath: '/healthz' },
  builder: { script: 'apps/worker/dist/main.supervisor.js', parameters: ['builder'], healthPath: '/healthz' },
  strangers: { script: 'apps/worker/dist/main.supervisor.js', parameters: ['builder'], healthPath: '/healthz' },
};

/** Everything that `./cooperage up` starts, in its order; what was started last is stopped first. */
export class System {
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly choices: Choices;
  private readonly parts: PartFactory;
  private readonly wantsStrangers: boolean;
  private readonly kept: KeptPart<unknown>[] = [];

  /** @param wantsStrangers also a builder for code of strangers */
  constructor(instance: Instance, tools: Tools, choices: Choices, wantsStrangers = false) {
    this.instance = instance;
    this.tools = tools;
    this.choices = choices;
    this.parts = new PartFactory(instance, tools, choices);
    this.wantsStrangers = wantsStrangers;
  }

  /** Starts or adopts the stores, the registries and the engine, and brings the database up to date. */
  async startParts(signal: AbortSignal): Promise<SystemAddresses> {
    // The first time this takes minutes, and the engine alone waits for it.
    const buildkit = this.parts.ownsEngine ? obtainGoTools({ signal }) : undefined;
    // What fails before the engine starts is told first.
    buildkit?.catch(() => {});
    const tokenKey = this.tokenKey();
    await ensureTokenKey(tokenKey);
    const ports = await this.ports();
    const images = this.parts.servesGivenImages ? await baseImages(this.tools) : undefined;
    const [postgres, redis, registry, mirror] = await Promise.all([
      this.keep(this.parts.postgres()),
      this.keep(this.parts.redis()),
      this.keep(this.parts.registry(this.token(ports.api))),
      this.keep(this.parts.baseImageRegistry(images)),
    ]);
    say('· PostgreSQL, Redis and the registry are up');
    if (!images) await provideBaseImages(this.tools, mirror.host);
    const insecure = [registry.host, mirror.host];
    const reachable = (process.env.COOPERAGE_ENGINE_REACHES ?? '').split(',').flatMap((host) => host.trim() || []);
    const registries = { insecure, mirror: mirror.host, reachable };
    await buildkit;
    const engine = await this.keep(this.parts.engine(registries));
    say('· the engine is up');
    for (const problem of machineEngineProblems(this.choices.engine)) say(`! the machine’s Docker engine: ${problem}`);
    const strangers = await this.startEngineForStrangers(registries);
    const untrustedRedis = strangers && (await this.keep(this.parts.untrustedRedis()));
    const isOwnServer = this.choices.postgres.kind !== 'external';
    // Making an engine takes minutes the first time; meanwhile PostgreSQL may have ended, and another process have taken its port.
    if (this.choices.postgres.kind === 'embedded')
      requireOwnListener('PostgreSQL', this.instance.pidFile('postgres'), postgres.adminUrl);
    const databaseUrls = await ensureDatabase(postgres.adminUrl, isOwnServer, (role) => this.databasePassword(role));
    const gitPort = await this.port(GIT_HOST);
    const mirrorRoot = this.instance.file('mirrors');
    const keyRoot = this.instance.file('builder-keys');
    const localCacheRoot = this.instance.file('caches');
    const buildx = this.tools.path('docker-buildx');
    const stores = { databaseUrls, redis, ...(untrustedRedis && { untrustedRedis }), registry, tokenKey };
    const organizationsTrustEachOther = process.env.COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER === 'true';
    const organizationCreation = process.env.COOPERAGE_ORGANIZATION_CREATION;
    return {
      ...{
        ports,
        gitPort,
        ...stores,
        engine,
        ...(strangers && { strangers }),
        mirrorRoot,
        keyRoot,
        localCacheRoot,
        buildx,
      },
      organizationsTrustEachOther,
      ...(organizationCreation && { organizationCreation }),
    };
  }

  /** The git host and our own processes; they are stopped from the last to the first. */
  processes(addresses: SystemAddresses, changed: () => void): SupervisedProcess[] {
    const secrets = this.secrets();
    const keys = ORDER.filter((key) => key !== 'strangers' || addresses.strangers);
    const own = keys.map((key) => {
      const environment = processEnvironment(key, addresses, secrets);
      return superviseNode(this.instance, { key, ...SCRIPTS[key], port: addresses.ports[key], environment }, changed);
    });
    return [this.gitHost(addresses.gitPort, changed), ...own];
  }

  /** Starts again what has ended of the parts that were started. */
  keeper(report: (line: string) => void, changed: () => void): PartKeeper {
    return new PartKeeper(this.kept, report, changed);
  }

  private async keep<Address>(part: Part<Address>): Promise<Address> {
    const address = await part.start();
    this.kept.push({ part, address });
    return address;
  }

  async stopParts(): Promise<void> {
    const { parts } = this;
    const token = this.token(this.instance.ports.known('api') ?? 0);
    const registries: Part<unknown>[] = [parts.registry(token), parts.baseImageRegistry()];
    // The engine for strangers is stopped whether or not this start asked for it.
    const engines = [
      parts.engine({ insecure: [] }),
      ...(parts.ownsEngine ? [parts.engineForStrangers({ insecure: [] })] : []),
    ];
    await stopAll([parts.postgres(), parts.redis(), parts.untrustedRedis(), ...registries, ...engines]);
  }

  private async startEngineForStrangers(registries: EngineRegistries): Promise<EngineAddress | undefined> {
    if (!this.wantsStrangers) return undefined;
    const address = await this.keep(this.parts.engineForStrangers(registries));
    say('· the engine for strangers is up');
    return address;
  }

  gitCredentials(): PushCredentials {
    return { user: GIT_USER, password: this.instance.secrets.secret('git', 18) };
  }

  private gitHost(port: number, changed: () => void): SupervisedProcess {
    const { user, password } = this.gitCredentials();
    const environment = {
      PORT: String(port),
      COOPERAGE_GIT_ROOT: this.instance.file('git'),
      COOPERAGE_GIT_USER: user,
      COOPERAGE_GIT_PASSWORD: password,
    };
    const script = 'tools/local/src/git-host/main.ts';
    return superviseNode(this.instance, { key: GIT_HOST, script, port, healthPath: '/healthz', environment }, changed);
  }

  private async ports(): Promise<Record<ProcessKey, number>> {
    const found: Partial<Record<ProcessKey, number>> = {};
    for (const key of ORDER) found[key] = await this.port(key);
    return found as Record<ProcessKey, number>;
  }

  private port(name: string): Promise<number> {
    return this.instance.ports.free(name);
  }

  secrets(): SystemSecrets {
    const { secrets } = this.instance;
    return {
      secretKey: secrets.secret('secret-key', 48),
      encryptionKey: secrets.secret('encryption-key'),
      signingEncryptionKey: secrets.secret('signing-encryption-key'),
      setupToken: secrets.secret('setup-token', 24),
    };
  }

  private databasePassword(role: DatabaseRole): string {
    return this.instance.secrets.secret(`database-${role}`);
  }

  private token(apiPort: number): TokenAuthentication {
    return {
      realm: `http://127.0.0.1:${apiPort}/api/v1/registry/token`,
      service: 'cooperage-registry',
      issuer: 'cooperage',
      certificateFile: this.tokenKey().certificateFile,
    };
  }

  private tokenKey(): TokenKeyFiles {
    return {
      keyFile: this.instance.file('registry-token.key'),
      certificateFile: this.instance.file('registry-token.crt'),
    };
  }
}
