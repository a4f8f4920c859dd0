import { describe, expect, it } from 'vitest';
import type { ComposeModel, ComposeService } from './compose-model.ts';
import { composeFaults } from './compose-rules.ts';

const hardened: ComposeService = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  mem_limit: '1',
  logging: { options: { 'max-size': '50m', 'max-file': '5' } },
  restart: 'unless-stopped',
  healthcheck: {},
};
const users: Readonly<Record<string, string>> = { trusted: '10001', strangers: '10002' };
const engine = (pool: string): ComposeService => ({
  ...hardened,
  security_opt: [],
  image: 'cooperage/buildkit:0.1.0',
  build: { dockerfile: 'deploy/docker/buildkit.Dockerfile' },
  environment: { BUILDER_UID: users[pool]! },
  networks: { [pool]: null },
  volumes: [{ source: `${pool}-socket`, target: '/run/buildkit' }],
});
const builder = (pool: string): ComposeService => ({
  ...hardened,
  user: `${users[pool]}:${users[pool]}`,
  networks: { [`builder-${pool}`]: null, [`out-${pool}`]: null },
  environment: {
    BUILDKIT_HOST: 'unix:///run/buildkit/buildkitd.sock',
    COOPERAGE_LANE: pool,
    COOPERAGE_CGROUP_PARENT: '/cooperage',
    DATABASE_URL: `postgresql://${pool}@postgres`,
    REDIS_URL: `redis://${pool}@redis-${pool}`,
    COOPERAGE_ENGINE_RULES: '/run/buildkit/rules.json',
  },
  volumes: [{ source: `${pool}-socket`, target: '/run/buildkit' }],
});
const proxy = (pool: string): ComposeService => ({
  ...hardened,
  command: ['apps/api/dist/main.builder-proxy.js'],
  networks: { stores: null, images: null, [`builder-${pool}`]: null },
});
const sound: ComposeModel = {
  networks: {
    outside: null,
    stores: { internal: true },
    images: { internal: true },
    'builder-trusted': { internal: true },
    'builder-strangers': { internal: true },
    trusted: null,
    strangers: null,
  },
  services: {
    postgres: { ...hardened, networks: { stores: null } },
    'redis-trusted': { ...hardened, networks: { stores: null, 'builder-trusted': null } },
    registry: {
      ...hardened,
      networks: { images: null, trusted: null, strangers: null },
    },
    'registry-proxy': {
      ...hardened,
      networks: { outside: null, images: null },
      ports: [{ host_ip: '127.0.0.1' }],
    },
    'proxy-1': proxy('trusted'),
    'proxy-2': proxy('strangers'),
    'engine-1': engine('trusted'),
    'engine-2': engine('strangers'),
    'builder-1': builder('trusted'),
    'builder-2': builder('strangers'),
  },
};
const with_ = (name: string, change: Partial<ComposeService>): ComposeModel => ({
  ...sound,
  services: { ...sound.services, [name]: { ...sound.services[name], ...change } },
});

describe('the rules of a Compose file', () => {
  it('find nothing in a sound one', () => expect(composeFaults(sound)).toEqual([]));

  it.each<[string, ComposeModel]>([
    ['engine-1 listens on TCP.', with_('engine-1', { command: ['--addr', 'tcp://0.0.0.0:1234'] })],
    ['engine-1 reads without a bound what images say.', with_('engine-1', { build: undefined })],
    [
      'engine-2 reads without a bound what images say.',
      with_('engine-2', { build: { dockerfile: 'deploy/docker/buildkit.Dockerfile', target: 'given' } }),
    ],
    ['engine-1 is privileged.', with_('engine-1', { privileged: true })],
    ['engine-1 shares the network of another.', with_('engine-1', { network_mode: 'host' })],
    ['engine-1 is on a network with postgres.', with_('postgres', { networks: { trusted: null } })],
    [
      'engine-1 can be spoken to by registry, builder-1, and not by one builder.',
      with_('registry', { volumes: [{ source: 'trusted-socket', target: '/x' }] }),
    ],
    ['No builder of the default takes strangers builds.', with_('builder-2', { profiles: ['strangers'] })],
    [
      'builder-1 speaks to its engine by TCP.',
      with_('builder-1', { environment: { BUILDKIT_HOST: 'tcp://engine-1:1234', COOPERAGE_CGROUP_PARENT: '/c' } }),
    ],
    [
      'builder-1 limits no build.',
      with_('builder-1', { environment: { ...builder('trusted').environment, COOPERAGE_CGROUP_PARENT: null } }),
    ],
    [
      'builder-2 shares its DATABASE_URL with builder-1.',
      with_('builder-2', {
        environment: { ...builder('strangers').environment, DATABASE_URL: 'postgresql://trusted@postgres' },
      }),
    ],
    [
      'builder-1 shares its REDIS_URL with control.',
      with_('control', { ...hardened, environment: { REDIS_URL: 'redis://trusted@redis-trusted' } }),
    ],
    [
      'builder-2 shares its Redis with builder-1, of another pool.',
      with_('builder-2', {
        environment: { ...builder('strangers').environment, REDIS_URL: 'redis://strangers@redis-trusted' },
      }),
    ],
    [
      'builder-1 does not know whether the network rules of its engine are in force.',
      with_('builder-1', { environment: { ...builder('trusted').environment, COOPERAGE_ENGINE_RULES: null } }),
    ],
    ['postgres is on outside, which has a way out.', with_('postgres', { networks: { outside: null } })],
    ['registry is published beyond this machine.', with_('registry', { ports: [{}] })],
    ['registry may write to its root file system.', with_('registry', { read_only: false })],
    ['registry keeps capabilities.', with_('registry', { cap_drop: [] })],
    ['registry may gain privileges.', with_('registry', { security_opt: [] })],
    ['registry has no limit of memory.', with_('registry', { mem_limit: '' })],
  ])('say: %s', (fault, model) => expect(composeFaults(model)).toContain(fault));

  it.each<[string, ComposeModel]>([
    ['builder-2 runs as the same user as builder-1.', with_('builder-2', { user: '10001:10001' })],
    ['builder-2 runs as no user and group that are said by number.', with_('builder-2', { user: 'cooperage' })],
    ['builder-2 runs as no user and group that are said by number.', with_('builder-2', { user: '' })],
    [
      'engine-2 gives its socket and its control group to 10001, and builder-2 runs as 10002:10002.',
      with_('engine-2', { environment: { BUILDER_UID: '10001' } }),
    ],
  ])('R2-N6 say: %s', (fault, model) => expect(composeFaults(model)).toContain(fault));

  it.each<[string, ComposeModel]>([
    ['registry publishes a port.', with_('registry', { ports: [{ host_ip: '127.0.0.1' }] })],
    [
      'registry is on outside, from where it can be reached past its proxy.',
      with_('registry', { networks: { outside: null, images: null } }),
    ],
  ])('R11-2 say: %s', (fault, model) => expect(composeFaults(model)).toEqual([fault]));

  it.each<[string, ComposeModel]>([
    [
      'builder-1 is on a network with control.',
      with_('control', { ...hardened, networks: { stores: null, 'builder-trusted': null } }),
    ],
    [
      'builder-2 is on a network with redis-trusted.',
      with_('redis-trusted', { ...hardened, networks: { 'builder-trusted': null, 'builder-strangers': null } }),
    ],
    [
      'builder-2 is on a network with builder-1.',
      with_('builder-1', { ...builder('trusted'), networks: { 'builder-trusted': null, 'out-strangers': null } }),
    ],
  ])('R20C-6 R20C-7 say: %s', (fault, model) => expect(composeFaults(model)).toContain(fault));

  it.each<[string, ComposeModel]>([
    [
      'builder-1 is on a network with postgres.',
      with_('postgres', { networks: { stores: null, 'out-trusted': null } }),
    ],
    [
      'builder-2 is on a network with registry.',
      with_('registry', { networks: { images: null, 'builder-strangers': null } }),
    ],
  ])('R20C-3 R20C-4 say: %s', (fault, model) => expect(composeFaults(model)).toContain(fault));

  it.each<ComposeService['logging']>([
    undefined,
    {},
    { options: {} },
    { options: { 'max-size': '50m' } },
    { options: { 'max-file': '5' } },
    { options: { 'max-size': '-1', 'max-file': '5' } },
  ])('R13B-4 say: engine-1 has a log without a bound, with %j', (logging) => {
    const { logging: _, ...service } = sound.services['engine-1']!;
    const services = { ...sound.services, 'engine-1': { ...service, ...(logging && { logging }) } };
    expect(composeFaults({ ...sound, services })).toEqual(['engine-1 has a log without a bound.']);
  });

  it('R12A-2 name the version that a Redis with known holes has to be upgraded to', () => {
    const redis = { ...hardened, networks: { stores: null } };
    const found = (image: string) => composeFaults(with_('redis-untrusted', { ...redis, image }));
    expect(found('redis:8.0.2-bookworm')).toEqual([
      'redis-untrusted has an image of an old version: Redis 8.0.2 has known security holes in its scripts: upgrade to 8.2.9 or later.',
    ]);
    expect(found('registry.example.com/library/redis:8.2.10-bookworm@sha256:00')).toEqual([]);
    expect(found('stand-in-redis:local')).toEqual([]);
  });

  it('R9-C1 R9-C2 say: builder-2 cannot ask for the end of its engine.', () => {
    const volumes = builder('strangers').volumes!.map((volume) => ({ ...volume, read_only: true }));
    expect(composeFaults(with_('builder-2', { volumes }))).toEqual(['builder-2 cannot ask for the end of its engine.']);
  });
});
