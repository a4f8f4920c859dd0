import { LauncherError } from '../output.ts';
import type { Tools } from '../toolchain/tools.ts';
import type { Choice, Choices } from './choice.ts';
import { PostgresContainer, RedisContainer, RegistryContainer, SharedEngine } from './container/container-parts.ts';
import { EmbeddedEngine } from './engine/embedded-engine.ts';
import type { EngineRegistries } from './engine/engine-registries.ts';
import type { Instance } from './instance.ts';
import type { EngineAddress, Part, PostgresAddress, RedisAddress, RegistryAddress } from './part.ts';
import { EmbeddedPostgres } from './postgres/postgres.ts';
import { EmbeddedRedis, redisNames } from './redis/redis.ts';
import { EmbeddedRegistry } from './registry/registry.ts';
import type { TokenAuthentication } from './registry/registry-settings.ts';
import type { StoredImage } from './registry/registry-storage.ts';

/** Makes the parts of an instance in the way that was chosen for each. @throws {LauncherError} for one that is missing. */
export class PartFactory {
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly choices: Choices;

  constructor(instance: Instance, tools: Tools, choices: Choices) {
    this.instance = instance;
    this.tools = tools;
    this.choices = choices;
  }

  postgres(): Part<PostgresAddress> {
    return provide(this.choices.postgres, 'PostgreSQL', {
      external: (adminUrl) => ({ adminUrl }),
      embedded: () => new EmbeddedPostgres(this.instance),
      container: (host) => new PostgresContainer(this.instance, host),
    });
  }

  redis(): Part<RedisAddress> {
    return provide(this.choices.redis, 'Redis', {
      external: (url) => ({ url }),
      embedded: () => new EmbeddedRedis(this.instance, this.tools),
      container: (host) => new RedisContainer(this.instance, host),
    });
  }

  /** That of builders for untrusted code, beside the other. Somebody else's is used as it is, and then both pools may share one. */
  untrustedRedis(): Part<RedisAddress> {
    return provide(this.choices.redis, redisNames.strangers, {
      external: (url) => ({ url: process.env.COOPERAGE_UNTRUSTED_REDIS_URL || url }),
      embedded: () => new EmbeddedRedis(this.instance, this.tools, 'strangers'),
      container: (host) => new RedisContainer(this.instance, host, 'strangers'),
    });
  }

  /** The registry that people push to and pull from. */
  registry(token: TokenAuthentication): Part<RegistryAddress> {
    return provide(this.choices.registry, 'the registry', {
      external: (host) => ({ host }),
      embedded: () => new EmbeddedRegistry(this.instance, this.tools, 'registry', { token }),
      container: (host) => new RegistryContainer(this.instance, host, 'registry', token),
    });
  }

  /** Whether `baseImageRegistry` can be given what it serves; else that has to be pushed to it. */
  get servesGivenImages(): boolean {
    return this.choices.registry.kind !== 'container';
  }

  /**
   * A registry without authentication that the engine asks for base images; never one of somebody else.
   * @param images it serves these alone and takes no write: else everybody on the machine could replace what builds start from
   */
  baseImageRegistry(images?: readonly StoredImage[]): Part<RegistryAddress> {
    const choice = this.choices.registry;
    return choice.kind === 'container'
      ? new RegistryContainer(this.instance, choice.host, 'open-registry')
      : new EmbeddedRegistry(this.instance, this.tools, 'open-registry', images ? { images } : {});
  }

  /** One more engine, for code of strangers; only where the first is our own (`ownsEngine`). */
  engineForStrangers(registries: EngineRegistries): Part<EngineAddress> {
    return new EmbeddedEngine(this.instance, this.tools, registries, 'strangers');
  }

  get ownsEngine(): boolean {
    return this.choices.engine.kind === 'embedded';
  }

  engine(registries: EngineRegistries): Part<EngineAddress> {
    return provide(this.choices.engine, 'the engine', {
      external: (url) => ({ url, cgroupParent: '' }),
      embedded: () => new EmbeddedEngine(this.instance, this.tools, registries),
      container: (host) => new SharedEngine(host),
    });
  }
}

interface Ways<Address> {
  readonly external: (address: string) => Address;
  readonly embedded: () => Part<Address>;
  readonly container: (host: Extract<Choice, { kind: 'container' }>['host']) => Part<Address>;
}

function provide<Address>(choice: Choice, name: string, ways: Ways<Address>): Part<Address> {
  switch (choice.kind) {
    case 'external':
      return new ExternalPart(name, ways.external(choice.address));
    case 'embedded':
      return ways.embedded();
    case 'container':
      return ways.container(choice.host);
    case 'missing':
      throw new LauncherError(`${name} is missing: ${choice.advice}`);
  }
}

/** Somebody else runs it: it is used as it is and never stopped. */
class ExternalPart<Address> implements Part<Address> {
  readonly name: string;
  private readonly address: Address;

  constructor(name: string, address: Address) {
    this.name = name;
    this.address = address;
  }

  async start(): Promise<Address> {
    return this.address;
  }

  async stop(): Promise<void> {}

  async isRunning(): Promise<boolean> {
    return true;
  }
}
