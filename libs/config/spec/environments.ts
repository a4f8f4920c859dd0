import { randomBytes } from 'node:crypto';
import { ConfigError, type Problem } from '../src/config-error.js';
import { describeConfig } from '../src/describe-config.js';
import type { Env } from '../src/environment.js';
import { loadConfig } from '../src/load-config.js';
import type { ProcessRole } from '../src/process-roles.js';

export const key = () => randomBytes(32).toString('base64');
export const secretKey = randomBytes(24).toString('hex');
export const encryptionKey = key();
const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

export const stores = {
  DATABASE_URL: 'postgresql://u:database-canary@db/cooperage',
  REDIS_URL: 'redis://:redis-canary@redis',
};
const publicUrl = { PUBLIC_URL: 'https://build.example.org' };
const registry = { COOPERAGE_REGISTRY: 'registry.example.org' };
const token = {
  COOPERAGE_REGISTRY_TOKEN_KEY_FILE: fixture('registry-token.key.pem'),
  COOPERAGE_REGISTRY_TOKEN_CERT_FILE: fixture('registry-token.crt.pem'),
};
export const good: Record<ProcessRole, Env> = {
  api: {
    ...stores,
    ...publicUrl,
    ...registry,
    ...token,
    COOPERAGE_WEB_URL: 'http://web:3000',
    COOPERAGE_LIVE_URL: 'http://live:8081',
    SECRET_KEY: secretKey,
    ENCRYPTION_KEY: encryptionKey,
  },
  live: { ...stores, ...publicUrl, SECRET_KEY: secretKey },
  'registry-proxy': { ...registry },
  'builder-proxy': { ...registry, COOPERAGE_POSTGRES_SERVER: 'postgres:5432' },
  builder: {
    ...stores,
    ...publicUrl,
    ...registry,
    ENCRYPTION_KEY: encryptionKey,
    BUILDKIT_HOST: 'unix:///run/buildkit.sock',
    COOPERAGE_MIRROR_ROOT: '/var/lib/cooperage/mirrors',
  },
  control: {
    ...stores,
    ...publicUrl,
    ...registry,
    ...token,
    ENCRYPTION_KEY: encryptionKey,
    SIGNING_ENCRYPTION_KEY: key(),
    COOPERAGE_MIRROR_ROOT: '/var/lib/cooperage/mirrors',
  },
  supervisor: { DATABASE_URL: stores.DATABASE_URL },
  web: { ...publicUrl, COOPERAGE_API_URL: 'http://api:8080' },
};

export function problems(role: ProcessRole, changes: Env): readonly Problem[] {
  try {
    loadConfig(role, { ...good[role], ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

export const namesOf = (list: readonly Problem[]) => list.map((problem) => problem.name);

export function catchError(act: () => unknown): ConfigError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** The order in which problems are reported: that of the shape. */
export function byShape(role: ProcessRole) {
  const order = describeConfig(role, {}).settings.map((setting) => setting.name);
  return (left: string, right: string) => order.indexOf(left) - order.indexOf(right);
}
