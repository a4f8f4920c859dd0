import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type FreshDatabase, type GitHost, type OwnRedis, services } from '@cooperage/testing';

/** Variables of control and of a builder together, as an operator would set them, on the test services. */
export function workerEnvironment(
  fresh: FreshDatabase,
  redis: OwnRedis,
  git: GitHost,
  folder: string,
): Record<string, string> {
  const { registry, engine, cgroupParent, cgroupBase, tools } = services();
  const key = () => randomBytes(32).toString('base64');
  return {
    DATABASE_URL: fresh.url,
    REDIS_URL: redis.url,
    COOPERAGE_UNTRUSTED_REDIS_URL: redis.untrustedUrl,
    PUBLIC_URL: 'http://127.0.0.1:9',
    PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    ENCRYPTION_KEY: key(),
    SIGNING_ENCRYPTION_KEY: key(),
    COOPERAGE_REGISTRY: registry.host,
    COOPERAGE_REGISTRY_INSECURE: 'true',
    COOPERAGE_REGISTRY_TOKEN_KEY_FILE: registry.tokenKeyFile,
    COOPERAGE_REGISTRY_TOKEN_CERT_FILE: registry.tokenCertFile,
    BUILDKIT_HOST: engine,
    COOPERAGE_BUILDX: tools['docker-buildx']!,
    COOPERAGE_CGROUP_PARENT: cgroupParent,
    ...(cgroupBase && { COOPERAGE_CGROUP_BASE: cgroupBase }),
    COOPERAGE_MIRROR_ROOT: path.join(folder, 'mirrors'),
    COOPERAGE_LOCAL_CACHE_ROOT: path.join(folder, 'caches'),
    COOPERAGE_ALLOW_PLAIN_HTTP: git.hostPort,
    COOPERAGE_LEASE_MS: '3000',
    COOPERAGE_PUBLISH_LEASE_MS: '10000',
  };
}
