import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { services, type TestDatabaseRole } from '@cooperage/testing';

/** Where the parts of one installation listen and what they use. */
export interface ProductAddresses {
  readonly ports: Readonly<Record<string, number>>;
  readonly origin: string;
  readonly databaseUrls: Readonly<Record<TestDatabaseRole, string>>;
  readonly redisUrl: string;
  readonly registry: string;
  readonly gitHost: string;
  readonly folder: string;
}

/** The set-up token follows from the folder, so that nothing has to be handed around. */
export function setupTokenOf(folder: string): string {
  return `setup-${path.basename(folder)}`;
}

/** Variables of each process, as an operator would set them. */
export function environments(at: ProductAddresses) {
  const { registry, engine, cgroupParent, cgroupBase, openRegistry, tools, builderRedisUrl } = services();
  const key = () => randomBytes(32).toString('base64');
  const secretKey = key();
  const encryption = { ENCRYPTION_KEY: key() };
  const common = { PUBLIC_URL: at.origin, LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'info' };
  const builderRedis = builderRedisUrl ? `${builderRedisUrl}${new URL(at.redisUrl).pathname}` : at.redisUrl;
  const stores = (role: TestDatabaseRole) => ({
    DATABASE_URL: at.databaseUrls[role],
    REDIS_URL: role === 'builder' ? builderRedis : at.redisUrl,
  });
  const images = { COOPERAGE_REGISTRY: at.registry, COOPERAGE_REGISTRY_INSECURE: 'true' };
  const minting = {
    COOPERAGE_REGISTRY_TOKEN_KEY_FILE: registry.tokenKeyFile,
    COOPERAGE_REGISTRY_TOKEN_CERT_FILE: registry.tokenCertFile,
  };
  const git = { COOPERAGE_ALLOW_PLAIN_HTTP: at.gitHost };
  const worker = {
    ...common,
    ...encryption,
    ...images,
    ...git,
    COOPERAGE_MIRROR_ROOT: path.join(at.folder, 'mirrors'),
    COOPERAGE_LEASE_MS: '3000',
  };
  return {
    api: {
      ...common,
      ...stores('api'),
      ...encryption,
      ...images,
      ...minting,
      ...git,
      PORT: String(at.ports.api),
      SECRET_KEY: secretKey,
      COOPERAGE_WEB_URL: `http://127.0.0.1:${at.ports.web}`,
      COOPERAGE_LIVE_URL: `http://127.0.0.1:${at.ports.live}`,
      COOPERAGE_SETUP_TOKEN: setupTokenOf(at.folder),
    },
    live: { ...common, ...stores('api'), PORT: String(at.ports.live), SECRET_KEY: secretKey },
    web: {
      ...common,
      PORT: String(at.ports.web),
      HOSTNAME: '127.0.0.1',
      COOPERAGE_API_URL: at.origin,
      NEXT_TELEMETRY_DISABLED: '1',
    },
    builder: {
      ...worker,
      ...stores('builder'),
      PORT: String(at.ports.builder),
      BUILDKIT_HOST: engine,
      COOPERAGE_KEY_FOLDER: path.join(at.folder, 'keys'),
      COOPERAGE_BUILDX: tools['docker-buildx']!,
      COOPERAGE_LOCAL_CACHE_ROOT: path.join(at.folder, 'caches'),
      COOPERAGE_CGROUP_PARENT: cgroupParent,
      ...(cgroupBase && { COOPERAGE_CGROUP_BASE: cgroupBase }),
    },
    control: {
      ...worker,
      ...stores('control'),
      ...minting,
      PORT: String(at.ports.control),
      SIGNING_ENCRYPTION_KEY: key(),
      COOPERAGE_PUBLISH_LEASE_MS: '10000',
      // One engine builds what several organizations of a test push.
      COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER: 'true',
      COOPERAGE_BASE_MIRROR: openRegistry,
    },
  } satisfies Record<string, Record<string, string>>;
}
