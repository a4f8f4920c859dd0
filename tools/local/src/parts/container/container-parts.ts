import { chmodSync } from 'node:fs';
import { writeAtomic } from '../../files/atomic-file.ts';
import { httpStatus } from '../http-probe.ts';
import type { Instance } from '../instance.ts';
import type { EngineAddress, Part, PostgresAddress, RedisAddress, RegistryAddress } from '../part.ts';
import { ADMIN } from '../postgres/data-folder.ts';
import { answersQueries } from '../postgres/postgres-probe.ts';
import type { BuilderPool } from '../redis/builder-user.ts';
import { redisKeys, redisNames } from '../redis/redis.ts';
import { answersPing } from '../redis/redis-probe.ts';
import { registrySettings, type TokenAuthentication } from '../registry/registry-settings.ts';
import { Container } from './container.ts';
import type { DockerHost } from './docker-host.ts';

/** The same as in docker-compose.yml. */
export const IMAGES = {
  postgres: 'postgres:18.4-bookworm',
  redis: 'redis:8.2.10-bookworm',
  registry: 'registry:2.8.3',
};
const READY_WITHIN_MS = 120_000;

export class PostgresContainer implements Part<PostgresAddress> {
  readonly name = 'PostgreSQL';
  private readonly container: Container;
  private readonly password: string;

  constructor(instance: Instance, host: DockerHost) {
    this.password = instance.secrets.secret('postgres', 24);
    this.container = new Container(instance, host, {
      key: 'postgres',
      image: IMAGES.postgres,
      port: 5432,
      dataFolder: '/var/lib/postgresql',
      environment: { POSTGRES_USER: ADMIN, POSTGRES_PASSWORD: this.password, POSTGRES_DB: 'postgres' },
      isReady: (port) => answersQueries(this.url(port)),
      readyWithinMs: READY_WITHIN_MS,
    });
  }

  async start(): Promise<PostgresAddress> {
    return { adminUrl: this.url(await this.container.start()) };
  }

  stop(): Promise<void> {
    return this.container.stop();
  }

  isRunning(): Promise<boolean> {
    return this.container.wasRunning();
  }

  private url(port: number): string {
    return `postgresql://${ADMIN}:${this.password}@127.0.0.1:${port}/postgres`;
  }
}

export class RedisContainer implements Part<RedisAddress> {
  readonly name: string;
  private readonly container: Container;
  private readonly password: string;

  constructor(instance: Instance, host: DockerHost, pool: BuilderPool = 'trusted') {
    const key = redisKeys[pool];
    this.name = redisNames[pool];
    this.password = instance.secrets.secret(key, 24);
    const settings = instance.file('settings', `${key}-container.conf`);
    const keeps = pool === 'trusted' ? ['appendonly yes', 'maxmemory 512mb'] : ['appendonly no', 'maxmemory 128mb'];
    const lines = [...keeps, 'maxmemory-policy noeviction', 'save ""', `requirepass ${this.password}`];
    // Inside the container another user reads it.
    writeForContainer(instance, settings, `${lines.join('\n')}\n`);
    this.container = new Container(instance, host, {
      key,
      image: IMAGES.redis,
      port: 6379,
      dataFolder: '/data',
      files: { '/etc/redis.conf': settings },
      command: ['redis-server', '/etc/redis.conf'],
      isReady: (port) => answersPing(port, this.password),
      readyWithinMs: READY_WITHIN_MS,
    });
  }

  async start(): Promise<RedisAddress> {
    return { url: `redis://:${this.password}@127.0.0.1:${await this.container.start()}` };
  }

  stop(): Promise<void> {
    return this.container.stop();
  }

  isRunning(): Promise<boolean> {
    return this.container.wasRunning();
  }
}

export class RegistryContainer implements Part<RegistryAddress> {
  readonly name: string;
  private readonly container: Container;

  constructor(instance: Instance, host: DockerHost, key: string, token?: TokenAuthentication) {
    this.name = `the registry "${key}"`;
    const settings = instance.file('settings', `${key}-container.yml`);
    const inside = { storage: '/var/lib/registry', certificateFile: '/etc/registry-token.crt' };
    const own = token && { ...token, certificateFile: inside.certificateFile };
    const secret = instance.secrets.secret(`${key}-http`);
    const text = registrySettings({ address: '0.0.0.0:5000', storage: inside.storage, secret, token: own });
    writeForContainer(instance, settings, text);
    this.container = new Container(instance, host, {
      key,
      image: IMAGES.registry,
      port: 5000,
      dataFolder: inside.storage,
      files: {
        '/etc/docker/registry/config.yml': settings,
        ...(token && { [inside.certificateFile]: token.certificateFile }),
      },
      isReady: async (port) => [200, 401].includes((await httpStatus({ port }, '/v2/')) ?? 0),
      readyWithinMs: READY_WITHIN_MS,
    });
  }

  async start(): Promise<RegistryAddress> {
    return { host: `127.0.0.1:${await this.container.start()}` };
  }

  stop(): Promise<void> {
    return this.container.stop();
  }

  isRunning(): Promise<boolean> {
    return this.container.wasRunning();
  }
}

/** Settings that hold passwords: any user of the container may read the file, and nobody else of the machine reaches its folder. */
function writeForContainer(instance: Instance, file: string, text: string): void {
  writeAtomic(file, text);
  chmodSync(instance.file('settings'), 0o700);
}

/** The machine's own engine as the builder: it is used as it is, so only for builds that its owner trusts. */
export class SharedEngine implements Part<EngineAddress> {
  readonly name = 'the engine';
  private readonly host: DockerHost;

  constructor(host: DockerHost) {
    this.host = host;
  }

  async start(): Promise<EngineAddress> {
    return { url: this.host.url, cgroupParent: '' };
  }

  async stop(): Promise<void> {}

  async isRunning(): Promise<boolean> {
    return true;
  }
}
