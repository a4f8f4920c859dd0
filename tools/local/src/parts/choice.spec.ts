import { describe, expect, it } from 'vitest';
import { TOOLS } from '../toolchain/tool-list.ts';
import { choose, type Surroundings } from './choice.ts';

const DEBIAN = { codename: 'bookworm', architecture: 'amd64', glibc: '2.36' };
const DOCKER = { docker: '/usr/bin/docker', url: 'unix:///var/run/docker.sock', version: '28.0.0' };

const around = (overrides: Partial<Surroundings> = {}): Surroundings => ({
  environment: {},
  survey: { found: new Map(), lacking: TOOLS, host: DEBIAN },
  dockerHost: undefined,
  hasPostgresBinaries: true,
  isRoot: true,
  obstacleToBuildkit: undefined,
  ...overrides,
});
const notDebian = { found: new Map(), lacking: TOOLS, host: 'this is not Debian' };

describe('choosing parts', () => {
  it('embeds all of them on a Debian machine', () => {
    const kinds = Object.values(choose(around())).map((choice) => choice.kind);
    expect(kinds).toEqual(['embedded', 'embedded', 'embedded', 'embedded']);
  });

  it('uses what is named, whatever else is there', () => {
    const environment = { DATABASE_URL: 'postgresql://x', BUILDKIT_HOST: 'tcp://b:1' };
    const choices = choose(around({ environment, dockerHost: DOCKER }));
    expect(choices.postgres).toEqual({ kind: 'external', address: 'postgresql://x' });
    expect(choices.engine).toEqual({ kind: 'external', address: 'tcp://b:1' });
    expect(choices.redis.kind).toBe('embedded');
  });

  it('uses a Docker engine where packages are out of reach, PostgreSQL from npm all the same', () => {
    const choices = choose(around({ survey: notDebian, dockerHost: DOCKER }));
    expect(choices.postgres.kind).toBe('embedded');
    const obstacle = 'redis-server cannot be obtained: this is not Debian';
    expect(choices.redis).toEqual({ kind: 'container', host: DOCKER, obstacle });
    expect(choices.engine.kind).toBe('container');
  });

  it('starts no engine of its own without root', () => {
    const choice = choose(around({ isRoot: false })).engine;
    expect(choice).toEqual({
      kind: 'missing',
      advice: 'an engine of its own needs root; set BUILDKIT_HOST, or start a Docker engine',
    });
  });

  it('R12A-1 takes no other program in the place of BuildKit where that cannot be built', () => {
    const obstacleToBuildkit = 'there is no Go';
    const { engine, redis } = choose(around({ obstacleToBuildkit }));
    const advice = 'there is no Go; set BUILDKIT_HOST, or start a Docker engine';
    expect([engine, redis.kind]).toEqual([{ kind: 'missing', advice }, 'embedded']);
  });

  it('V13A-4 says why the machine’s Docker engine is taken where BuildKit cannot be built', () => {
    const obstacleToBuildkit = 'there is no Go';
    const { engine } = choose(around({ obstacleToBuildkit, dockerHost: DOCKER }));
    expect(engine).toEqual({ kind: 'container', host: DOCKER, obstacle: obstacleToBuildkit });
  });

  it('says why and what to do when there is no way', () => {
    const choice = choose(around({ survey: notDebian })).redis;
    expect(choice).toEqual({
      kind: 'missing',
      advice: 'redis-server cannot be obtained: this is not Debian; set REDIS_URL, or start a Docker engine',
    });
  });
});
