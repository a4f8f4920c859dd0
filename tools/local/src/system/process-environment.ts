import { hostname } from 'node:os';
import type { EngineAddress, RedisAddress, RegistryAddress } from '../parts/part.ts';
import type { TokenKeyFiles } from '../parts/registry/token-key.ts';
import type { DatabaseUrls } from './application-database.ts';
import type { ProcessKey } from './process-keys.ts';

export interface SystemSecrets {
  readonly secretKey: string;
  readonly encryptionKey: string;
  readonly signingEncryptionKey: string;
  readonly setupToken: string;
}

export interface SystemAddresses {
  readonly ports: Readonly<Record<ProcessKey, number>>;
  readonly gitPort: number;
  readonly databaseUrls: DatabaseUrls;
  readonly redis: RedisAddress;
  /** That of the builder for untrusted code, where there is one. */
  readonly untrustedRedis?: RedisAddress;
  readonly registry: RegistryAddress;
  readonly engine: EngineAddress;
  /** The engine that builds code of strangers, where there is one. */
  readonly strangers?: EngineAddress;
  readonly tokenKey: TokenKeyFiles;
  readonly mirrorRoot: string;
  /** Has a folder for each builder. */
  readonly keyRoot: string;
  readonly localCacheRoot: string;
  /** The operator’s word, given to `./cooperage up` in the variable that control reads. */
  readonly organizationsTrustEachOther?: boolean;
  /** The same, for `api`, which reads it: who may make organizations. */
  readonly organizationCreation?: string;
  /** The program docker-buildx. */
  readonly buildx: string;
}

type Variables = Record<string, string>;

export function publicUrl(addresses: SystemAddresses): string {
  return `http://127.0.0.1:${addresses.ports.api}`;
}

/** Base of the clone addresses. */
export function gitAddress(addresses: SystemAddresses): string {
  return `http://127.0.0.1:${addresses.gitPort}`;
}

/**
 * The settings of each process, as `docs/configuration.md` lists them. Each gets what it needs and nothing more: a builder
 * has no signing key, the web server no store.
 */
export function processEnvironment(key: ProcessKey, addresses: SystemAddresses, secrets: SystemSecrets): Variables {
  const common = { PORT: String(addresses.ports[key]), HOST: '127.0.0.1', PUBLIC_URL: publicUrl(addresses) };
  return { ...common, ...specific(addresses, secrets)[key] };
}

function specific(addresses: SystemAddresses, secrets: SystemSecrets): Record<ProcessKey, Variables> {
  const { ports, registry, engine } = addresses;
  const { redis, untrustedRedis = redis } = addresses;
  const stores = (role: 'api' | 'control') => ({
    ...{ DATABASE_URL: addresses.databaseUrls[role], REDIS_URL: redis.url },
    ...(untrustedRedis.url !== redis.url && { COOPERAGE_UNTRUSTED_REDIS_URL: untrustedRedis.url }),
  });
  const builderStores = (role: 'builder' | 'builder_untrusted', { url, builderUrl = url }: RedisAddress) => ({
    ...{ DATABASE_URL: addresses.databaseUrls[role], REDIS_URL: builderUrl },
  });
  const toRegistry = { COOPERAGE_REGISTRY: registry.host, COOPERAGE_REGISTRY_INSECURE: 'true' };
  const tokens = {
    COOPERAGE_REGISTRY_TOKEN_KEY_FILE: addresses.tokenKey.keyFile,
    COOPERAGE_REGISTRY_TOKEN_CERT_FILE: addresses.tokenKey.certificateFile,
  };
  const gitHosts = { COOPERAGE_ALLOW_PLAIN_HTTP: `127.0.0.1:${addresses.gitPort}` };
  const sealed = { ENCRYPTION_KEY: secrets.encryptionKey };
  const mirrors = { COOPERAGE_MIRROR_ROOT: addresses.mirrorRoot };
  const programs = { COOPERAGE_BUILDX: addresses.buildx };
  const building = { ...toRegistry, ...gitHosts, ...sealed, ...mirrors, ...programs };
  return {
    api: {
      ...stores('api'),
      ...toRegistry,
      ...tokens,
      ...gitHosts,
      ...sealed,
      SECRET_KEY: secrets.secretKey,
      COOPERAGE_SETUP_TOKEN: secrets.setupToken,
      COOPERAGE_WEB_URL: `http://127.0.0.1:${ports.web}`,
      COOPERAGE_LIVE_URL: `http://127.0.0.1:${ports.live}`,
      ...(addresses.organizationCreation && { COOPERAGE_ORGANIZATION_CREATION: addresses.organizationCreation }),
    },
    live: { ...stores('api'), SECRET_KEY: secrets.secretKey },
    web: { HOSTNAME: '127.0.0.1', COOPERAGE_API_URL: `http://127.0.0.1:${ports.api}` },
    control: {
      ...stores('control'),
      ...toRegistry,
      ...tokens,
      ...gitHosts,
      ...sealed,
      ...mirrors,
      SIGNING_ENCRYPTION_KEY: secrets.signingEncryptionKey,
      ...(addresses.organizationsTrustEachOther && { COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER: 'true' }),
    },
    builder: {
      ...builderStores('builder', redis),
      ...building,
      COOPERAGE_KEY_FOLDER: `${addresses.keyRoot}/trusted`,
      COOPERAGE_LOCAL_CACHE_ROOT: addresses.localCacheRoot,
      ...toEngine(engine),
    },
    strangers: {
      ...builderStores('builder_untrusted', untrustedRedis),
      ...building,
      COOPERAGE_KEY_FOLDER: `${addresses.keyRoot}/untrusted`,
      COOPERAGE_LOCAL_CACHE_ROOT: `${addresses.localCacheRoot}-strangers`,
      ...toEngine(addresses.strangers ?? engine),
      COOPERAGE_LANE: 'strangers',
      COOPERAGE_BUILD_SLOTS: '1',
      COOPERAGE_WORKER_NAME: `${hostname()}-strangers`,
    },
  };
}

function toEngine({ url, cgroupParent, cgroupBase, rulesFile, stateFolder }: EngineAddress): Variables {
  return {
    BUILDKIT_HOST: url,
    ...(cgroupParent && { COOPERAGE_CGROUP_PARENT: cgroupParent }),
    ...(cgroupBase && { COOPERAGE_CGROUP_BASE: cgroupBase }),
    ...(rulesFile && { COOPERAGE_ENGINE_RULES: rulesFile }),
    ...(stateFolder && { COOPERAGE_ENGINE_STATE: stateFolder }),
  };
}
