import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { serverSettings } from '../parts/postgres/postgres.ts';
import { builderRights, builderUsers } from '../parts/redis/builder-user.ts';
import { BUILD_FLAGS, buildkitVersion, wantedGo } from '../toolchain/go-module.ts';
import { COMPOSE_FILE, readComposeFile } from './compose-model.ts';
import { composeFaults } from './compose-rules.ts';

describe('docker-compose.yml', () => {
  it('R-C1 keeps each engine from everything but the registry, and gives its socket to one builder', async () => {
    expect(composeFaults(await readComposeFile())).toEqual([]);
  });

  it('R6-A7 R7-C2 R7-C3 R7-C5 R8-C5 builds both engines as the launcher does, of the version that it has', async () => {
    const { services } = await readComposeFile();
    const recipe = readFileSync(path.join(CHECKOUT, 'deploy/docker/buildkit.Dockerfile'), 'utf8');
    const pinned = {
      GO_IMAGE: `golang:${wantedGo()}-bookworm`,
      NODE_IMAGE: services.api?.build?.args?.NODE_IMAGE,
      BUILDKIT_BASE_IMAGE: `moby/buildkit:${buildkitVersion()}`,
    };
    for (const name of ['buildkit', 'buildkit-untrusted']) expect(services[name]?.build?.args).toMatchObject(pinned);
    for (const [name, image] of Object.entries(pinned)) expect(recipe).toContain(`ARG ${name}=${image}\n`);
    expect(recipe).toContain(` go build ${BUILD_FLAGS.join(' ')} `);
  });

  it('takes an image of somebody as it is, as both engines', async () => {
    const { services } = await readComposeFile(COMPOSE_FILE, { BUILDKIT_IMAGE: 'example.org/engine:1' });
    for (const name of ['buildkit', 'buildkit-untrusted'])
      expect(services[name]?.build).toMatchObject({
        target: 'given',
        args: { BUILDKIT_IMAGE: 'example.org/engine:1' },
      });
  });

  it('R-M9 gives builders the login of their pool and no other key but the one that opens what they are given', async () => {
    const { services } = await readComposeFile();
    const secretsOf = (name: string) =>
      Object.entries(services[name]?.environment ?? {}).flatMap(([key, value]) =>
        value?.includes('filled-in') ? [key] : [],
      );
    for (const name of ['builder', 'builder-untrusted'])
      expect(secretsOf(name).sort()).toEqual(['DATABASE_URL', 'ENCRYPTION_KEY', 'REDIS_URL']);
    expect([services.builder, services['builder-untrusted']].map((each) => each?.environment?.DATABASE_URL)).toEqual([
      'postgresql://cooperage_builder:filled-in@postgres:5432/cooperage',
      'postgresql://cooperage_builder_untrusted:filled-in@postgres:5432/cooperage',
    ]);
    for (const [name, pool] of [
      ['builder', 'trusted'],
      ['builder-untrusted', 'strangers'],
    ] as const) {
      const host = pool === 'trusted' ? 'redis' : 'redis-untrusted';
      expect(services[name]?.environment?.REDIS_URL).toBe(`redis://${builderUsers[pool]}:filled-in@${host}:6379`);
      const { BUILDER_USER, BUILDER_RIGHTS } = services[host]?.environment ?? {};
      expect([BUILDER_USER, BUILDER_RIGHTS]).toEqual([builderUsers[pool], builderRights(pool)]);
    }
  });

  it('R2-H-6 gives the untrusted pool a Redis of its own, and its address to those who send to both', async () => {
    const { services } = await readComposeFile();
    const holders = Object.keys(services).filter((name) =>
      services[name]?.environment?.COOPERAGE_UNTRUSTED_REDIS_URL?.endsWith('@redis-untrusted:6379'),
    );
    expect(holders.sort()).toEqual(['api', 'control', 'live']);
    const { environment, volumes, tmpfs } = services['redis-untrusted']!;
    expect(environment).toMatchObject({ APPENDONLY: 'no', MAXMEMORY: '128mb' });
    expect([volumes, tmpfs]).toEqual([undefined, ['/tmp', '/data']]);
  });

  it('R11-2 publishes the registry by its proxy alone, which has no key', async () => {
    const { services } = await readComposeFile();
    const published = Object.entries(services).filter(([, { ports }]) => ports?.length);
    expect(published.map(([name]) => name).sort()).toEqual(['api', 'registry-proxy']);
    const { environment, volumes, secrets } = services['registry-proxy']!;
    expect(Object.entries(environment ?? {}).filter(([, value]) => value?.includes('filled-in'))).toEqual([]);
    expect([volumes, secrets]).toEqual([undefined, undefined]);
  });

  it('R20C-2 R20C-3 starts PostgreSQL with the settings that the launcher gives it', async () => {
    const { services } = await readComposeFile();
    expect(services.postgres?.command).toEqual(['postgres', ...serverSettings.flatMap((setting) => ['-c', setting])]);
  });

  it('R20C-3 R20C-4 answers builders as PostgreSQL and the registry by a proxy of their pool, with as many connections as its role may have', async () => {
    const { services } = await readComposeFile();
    const proxies = { builder: 'builder-proxy', 'builder-untrusted': 'builder-untrusted-proxy' };
    for (const [network, name] of Object.entries(proxies)) {
      const { networks, environment } = services[name]!;
      expect(networks).toMatchObject({ [network]: { aliases: ['postgres', 'registry'] } });
      // Its own names lead to itself.
      expect(environment).toMatchObject({
        COOPERAGE_POSTGRES_SERVER: 'postgres-server:5432',
        COOPERAGE_REGISTRY: 'registry-server:5000',
      });
    }
    expect(services.postgres?.networks).toEqual({ stores: { aliases: ['postgres-server'] } });
    expect(services.registry?.networks).toMatchObject({ images: { aliases: ['registry-server'] } });
    const [, most] = /max_connections=(\d+)/.exec(services.postgres?.command?.join(' ') ?? '') ?? [];
    const proxy = readFileSync(path.join(CHECKOUT, 'apps/api/src/builder-proxy/postgres-proxy.ts'), 'utf8');
    expect(proxy).toContain(`connectionsOfPool = ${Math.floor((Number(most) * 3) / 10)};`);
  });

  it('R20C-5 lets nobody outside of their containers ask control and builders for their health, unless the operator opens that', async () => {
    const hosts = async (settings: Record<string, string> = {}) => {
      const { services } = await readComposeFile(COMPOSE_FILE, settings);
      return ['control', 'builder', 'builder-untrusted'].map((name) => services[name]?.environment?.HOST);
    };
    expect(await hosts()).toEqual(Array<string>(3).fill('127.0.0.1'));
    expect(await hosts({ HEALTH_HOST: '0.0.0.0' })).toEqual(Array<string>(3).fill('0.0.0.0'));
  });

  it('R2-M-2 keeps no key of a builder on a volume that builders of its pool share', async () => {
    const { services } = await readComposeFile();
    for (const name of ['builder', 'builder-untrusted'])
      expect(services[name]?.environment).not.toHaveProperty('COOPERAGE_KEY_FOLDER');
    // What ssh reads during a fetch lies there (libs/source), in the memory of the one container.
    expect(services.builder?.tmpfs).toEqual(['/tmp']);
    expect(services['builder-untrusted']?.tmpfs).toEqual(['/tmp']);
  });

  it('R2-N6 runs each builder as a user of its image that no other builder has, with mirrors of its own', async () => {
    const { services } = await readComposeFile();
    const image = readFileSync(path.join(CHECKOUT, 'deploy/docker/app.Dockerfile'), 'utf8');
    const names = { builder: 'cooperage', 'builder-untrusted': 'cooperage-untrusted' };
    const seen = Object.entries(names).map(([service, name]) => {
      const { user, environment, volumes } = services[service]!;
      const root = environment?.COOPERAGE_MIRROR_ROOT ?? '/var/lib/cooperage/mirrors';
      const [uid, gid] = user?.split(':') ?? [];
      expect(image).toContain(
        `groupadd --gid ${gid} ${name} && useradd --uid ${uid} --gid ${gid} --create-home ${name}`,
      );
      expect(image).toMatch(new RegExp(`install -d -o ${name} -g ${name} ${root}\\s`));
      return { user, mirrors: volumes?.find(({ target }) => target === root)?.source };
    });
    expect(seen).toEqual([
      { user: '10001:10001', mirrors: 'builder-mirrors' },
      { user: '10002:10002', mirrors: 'untrusted-mirrors' },
    ]);
  });

  it('R7-B gives what a supervisor runs the time to end in order, also the builds that are under way', async () => {
    const { services } = await readComposeFile();
    const supervised = Object.entries(services).filter(([, { command }]) =>
      command?.some((word) => word.endsWith('main.supervisor.js')),
    );
    expect(supervised.map(([name, each]) => [name, each.stop_grace_period])).toEqual([
      ['builder', '30s'],
      ['builder-untrusted', '30s'],
      ['control', '30s'],
    ]);
  });

  it('lets who sends mail be told of a mail server', async () => {
    const { services } = await readComposeFile();
    const settings = ['URL', 'HOST', 'PORT', 'USER', 'PASSWORD', 'FROM'].map((name) => [`SMTP_${name}`, '']);
    for (const name of ['api', 'control'])
      expect(services[name]?.environment).toMatchObject(Object.fromEntries(settings));
  });

  it('lets the API be told of an OpenID provider', async () => {
    const { services } = await readComposeFile();
    const settings = ['ISSUER_URL', 'CLIENT_ID', 'CLIENT_SECRET', 'ALLOWED_GROUPS', 'SESSION_HOURS'];
    expect(services.api?.environment).toMatchObject(Object.fromEntries(settings.map((name) => [`OIDC_${name}`, ''])));
  });

  it('S-123 lets nobody into Redis without a password', async () => {
    const { services } = await readComposeFile();
    for (const name of ['redis', 'redis-untrusted']) {
      expect(services[name]?.command?.join(' ')).toContain('requirepass');
      expect(services[name]?.environment?.REDISCLI_AUTH).toBe('filled-in');
    }
  });
});
