import { describe, expect, it } from 'vitest';
import { processEnvironment, type SystemAddresses } from './process-environment.ts';
import type { ProcessKey } from './process-keys.ts';

const addresses: SystemAddresses = {
  ports: { api: 1, live: 2, web: 3, control: 4, builder: 5, strangers: 8 },
  gitPort: 6,
  databaseUrls: {
    api: 'postgresql://api@db',
    control: 'postgresql://control@db',
    builder: 'postgresql://builder@db',
    builder_untrusted: 'postgresql://builder_untrusted@db',
  },
  redis: { url: 'redis://r' },
  registry: { host: '127.0.0.1:7' },
  engine: { url: 'unix:///e', cgroupParent: '/g' },
  tokenKey: { keyFile: '/k', certificateFile: '/c' },
  mirrorRoot: '/m',
  keyRoot: '/keys',
  localCacheRoot: '/c',
  buildx: '/b',
};
const secrets = { secretKey: 's', encryptionKey: 'e', signingEncryptionKey: 'x', setupToken: 't' };
const names = (key: ProcessKey) => Object.keys(processEnvironment(key, addresses, secrets));

describe('the environment of a process', () => {
  it('gives signing keys and tags to control alone', () => {
    const holders = (['api', 'live', 'web', 'control', 'builder'] as const).filter((key) =>
      names(key).includes('SIGNING_ENCRYPTION_KEY'),
    );
    expect(holders).toEqual(['control']);
    expect(names('builder')).not.toContain('COOPERAGE_REGISTRY_TOKEN_KEY_FILE');
    expect(names('builder')).not.toContain('SECRET_KEY');
  });

  it('gives no store to the web server', () => {
    expect(names('web').filter((name) => /DATABASE|REDIS|KEY|TOKEN/.test(name))).toEqual([]);
  });

  it('R-M9 lets each process into the database by its own role, and each pool of builders by one', () => {
    const url = (key: ProcessKey) => processEnvironment(key, addresses, secrets).DATABASE_URL;
    expect([url('api'), url('live'), url('control'), url('builder'), url('strangers')]).toEqual(
      ['api', 'api', 'control', 'builder', 'builder_untrusted'].map((role) => `postgresql://${role}@db`),
    );
  });

  it('R2-H-6 gives builders for untrusted code a Redis of their own, and its address to whoever sends to both pools', () => {
    const redis = { url: 'redis://ours', builderUrl: 'redis://builder@ours' };
    const untrustedRedis = { url: 'redis://other', builderUrl: 'redis://builder@other' };
    const both = { ...addresses, redis, untrustedRedis };
    const seen = (key: ProcessKey, of: SystemAddresses) => {
      const { REDIS_URL, COOPERAGE_UNTRUSTED_REDIS_URL } = processEnvironment(key, of, secrets);
      return [REDIS_URL, COOPERAGE_UNTRUSTED_REDIS_URL];
    };
    for (const key of ['api', 'live', 'control'] as const)
      expect(seen(key, both)).toEqual(['redis://ours', 'redis://other']);
    expect(seen('builder', both)).toEqual(['redis://builder@ours', undefined]);
    expect(seen('strangers', both)).toEqual(['redis://builder@other', undefined]);
    // Somebody else's single Redis.
    for (const key of ['api', 'control', 'builder', 'strangers'] as const)
      expect(seen(key, addresses)).toEqual(['redis://r', undefined]);
  });

  it('R2-M-2 keeps the key of each builder in a folder of its own, and not where mirrors are', () => {
    const folder = (key: ProcessKey) => processEnvironment(key, addresses, secrets).COOPERAGE_KEY_FOLDER;
    expect([folder('builder'), folder('strangers')]).toEqual(['/keys/trusted', '/keys/untrusted']);
    expect([folder('control'), folder('api')]).toEqual([undefined, undefined]);
  });

  it('lets every process listen on loopback, at its own port', () => {
    expect(processEnvironment('control', addresses, secrets)).toMatchObject({ HOST: '127.0.0.1', PORT: '4' });
    expect(processEnvironment('web', addresses, secrets).HOSTNAME).toBe('127.0.0.1');
  });

  it('gives a builder for strangers an engine, a name and a cache of its own, and one slot', () => {
    const rulesFile = '/rules.json';
    const engine = { url: 'unix:///s', cgroupParent: addresses.engine.cgroupParent, cgroupBase: '/s', rulesFile };
    const strangers = { ...addresses, strangers: engine };
    const environment = processEnvironment('strangers', strangers, secrets);
    expect(environment).toMatchObject({ COOPERAGE_LANE: 'strangers', COOPERAGE_BUILD_SLOTS: '1' });
    expect(environment).toMatchObject({
      ...{ BUILDKIT_HOST: 'unix:///s', COOPERAGE_CGROUP_BASE: '/s', COOPERAGE_ENGINE_RULES: rulesFile },
    });
    const trusted = processEnvironment('builder', strangers, secrets);
    // Of another parent it would find nothing; below the same base the two would share their limits.
    expect(environment.COOPERAGE_CGROUP_PARENT).toBe(trusted.COOPERAGE_CGROUP_PARENT);
    expect(trusted).not.toHaveProperty('COOPERAGE_CGROUP_BASE');
    expect(environment.COOPERAGE_LOCAL_CACHE_ROOT).not.toBe(addresses.localCacheRoot);
    expect(processEnvironment('builder', strangers, secrets)).toMatchObject({ BUILDKIT_HOST: 'unix:///e' });
  });

  it('tells control that organizations trust each other where the operator says so, and nobody else', () => {
    const name = 'COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER';
    const trusting = { ...addresses, organizationsTrustEachOther: true };
    expect(processEnvironment('control', trusting, secrets)).toMatchObject({ [name]: 'true' });
    expect(names('control')).not.toContain(name);
    expect(processEnvironment('builder', trusting, secrets)).not.toHaveProperty(name);
  });

  it('tells the api who may make organizations where the operator says so, and nobody else', () => {
    const name = 'COOPERAGE_ORGANIZATION_CREATION';
    const open = { ...addresses, organizationCreation: 'everybody' };
    expect(processEnvironment('api', open, secrets)).toMatchObject({ [name]: 'everybody' });
    expect(names('api')).not.toContain(name);
    expect(processEnvironment('control', open, secrets)).not.toHaveProperty(name);
  });

  it('leaves the group of steps out where an engine of somebody else has none', () => {
    const foreign = { ...addresses, engine: { url: 'tcp://e:1', cgroupParent: '' } };
    expect(Object.keys(processEnvironment('builder', foreign, secrets))).not.toContain('COOPERAGE_CGROUP_PARENT');
  });
});
