import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { refuseShadowedStages } from '../dockerfile/named-contexts.js';
import { checkDockerfile } from '../dockerfile/policy.js';
import { trialRequest } from '../testing/trial-request.js';
import { trialTarget } from '../testing/trial-target.js';
import { checkRequest, frontendOf, groupPathOf } from './args.js';

const code = (change: Partial<BuildRequest>) => {
  try {
    checkRequest(trialRequest('FROM x\n', change));
    return null;
  } catch (error) {
    return (error as BuildFailure).code;
  }
};

const folder = (name: string) => ({ name, kind: 'folder' as const, files: [] });

describe('what users may ask of a build', () => {
  it.each([
    [{ buildArgs: { BUILDKIT_SYNTAX: 'x' } }, 'PolicyRefused'],
    [{ buildArgs: { BUILDKIT_CACHE_MOUNT_NS: 'other' } }, 'ReservedBuildArg'],
    [{ buildArgs: { BUILDKIT_MULTI_PLATFORM: '1' } }, 'ReservedBuildArg'],
    [{ buildArgs: { SOURCE_DATE_EPOCH: '1' } }, 'ReservedBuildArg'],
    [{ buildArgs: { 'A B': '1' } }, 'InvalidBuildConfig'],
    [{ buildArgs: { A: 'x\0y' } }, 'InvalidBuildConfig'],
    [{ buildArgs: { buildkit_syntax: 'x' } }, 'ReservedBuildArg'],
    [{ buildArgs: { A_1: 'any\nthing=' } }, null],
    [{ platform: 'linux/evil;id' }, 'InvalidBuildConfig'],
    [{ platform: 'linux' }, 'InvalidBuildConfig'],
    [{ platform: 'linux/amd64,linux/arm64' }, 'InvalidBuildConfig'],
    [{ platform: 'linux/arm/v7' }, null],
    [{ dockerfile: { path: '../x', content: Buffer.from('') } }, 'InvalidBuildConfig'],
    [{ dockerfile: { path: '/etc/passwd', content: Buffer.from('') } }, 'InvalidBuildConfig'],
    [{ dockerfile: { path: 'a/../../x', content: Buffer.from('') } }, 'InvalidBuildConfig'],
    [{ reference: 'not hex' }, 'InvalidBuildConfig'],
    [{ annotations: { 'a b': 'x' } }, 'InvalidBuildConfig'],
    [{ labels: { 'a=b': 'x' } }, 'InvalidBuildConfig'],
    [{ namedContexts: [folder('lib'), folder('lib')] }, 'InvalidBuildConfig'],
    [{ namedContexts: [folder('busybox'), folder('busybox:latest')] }, 'InvalidBuildConfig'],
    [{ namedContexts: [folder('context')] }, 'InvalidBuildConfig'],
    [{ namedContexts: [folder('a::linux/amd64')] }, 'InvalidBuildConfig'],
    [{ namedContexts: [{ name: 'a', kind: 'image', reference: '../x' }] }, 'InvalidBuildConfig'],
    [{ namedContexts: [folder('lib'), { name: 'a', kind: 'image', reference: 'busybox' }] }, null],
  ] satisfies [Partial<BuildRequest>, string | null][])('S-051, S-027: %j is %s', (change, expected) => {
    expect(code(change)).toBe(expected);
  });
});

it.each(['HTTP_PROXY', 'https_proxy', 'Ftp_Proxy', 'NO_PROXY', 'all_proxy'])(
  'R2-N5 refuses the build argument %s by its name, of a build and of each of its targets',
  (name) => {
    const target = trialTarget('base', 'FROM x\n', { buildArgs: { [name]: 'http://proxy.example' } });
    for (const change of [{ buildArgs: { [name]: 'http://proxy.example' } }, { targets: [target] }]) {
      const check = () => checkRequest(trialRequest('FROM x\n', change));
      expect(check).toThrow(expect.objectContaining({ code: 'ReservedBuildArg' }));
      expect(check).toThrow(new RegExp(`^The build argument ${name} .*the cache does not know of`));
    }
  },
);

const frontend = (request: BuildRequest, wantsSourceDateEpoch = false) =>
  frontendOf(request, { wantsSourceDateEpoch }, { insecureRegistry: false, storedCaches: [] });

describe('the attributes of a build', () => {
  it('tell the commit’s time only to a Dockerfile that asks', () => {
    const request = trialRequest('');
    const attrs = (wantsSourceDateEpoch: boolean) => frontend(request, wantsSourceDateEpoch);
    expect(attrs(false)).not.toHaveProperty('build-arg:SOURCE_DATE_EPOCH');
    expect(attrs(true)).toHaveProperty('build-arg:SOURCE_DATE_EPOCH', '1700000000');
  });

  it('are the same for two commits, but for labels', () => {
    const of = (change: Partial<BuildRequest>) => frontend(trialRequest('', change));
    expect(of({ sourceDateEpoch: 1 })).toEqual(of({ sourceDateEpoch: 2 }));
  });
});

describe('named contexts', () => {
  it('are trees under names of our own, or images', () => {
    const namedContexts = [folder('lib'), { name: 'base', kind: 'image', reference: 'busybox:1' }] as const;
    expect(frontend(trialRequest('', { namedContexts }))).toMatchObject({
      'context:lib': 'local:context-0',
      'context:base': 'docker-image://busybox:1',
    });
  });

  it('never stand in the place of a stage', () => {
    const shadow = (dockerfile: string) => {
      const content = Buffer.from(dockerfile);
      refuseShadowedStages(
        trialRequest(dockerfile, { namedContexts: [folder('lib')] }),
        checkDockerfile('Dockerfile', content),
      );
    };
    expect(() => shadow('FROM busybox AS other\nCOPY --from=lib a /a\n')).not.toThrow();
    expect(() => shadow('FROM lib\n')).not.toThrow();
    for (const hidden of ['FROM busybox AS lib\n', 'FROM busybox\nFROM --platform=linux/amd64 busybox as LIB\n'])
      expect(() => shadow(hidden)).toThrow(
        expect.objectContaining({ code: 'InvalidBuildConfig', place: expect.objectContaining({ file: 'Dockerfile' }) }),
      );
  });
});

describe('the group of limits', () => {
  it('is the same for every build of a project', () => {
    const limits = { group: 'project-1', cgroupParent: '/cooperage/' };
    expect(groupPathOf(trialRequest('', { limits }), '/default')).toBe('/cooperage/project-1');
    const unnamed = () => groupPathOf(trialRequest('', { limits: {} }), '/default');
    expect(unnamed()).toMatch(/^\/default\/[0-9a-f]{24}$/);
    expect(unnamed()).toBe(unnamed());
  });

  it.each(['..', '../x', 'a/b', '', '-x'])('cannot leave its parent: %j', (group) => {
    expect(() => groupPathOf(trialRequest('', { limits: { group } }), '/default')).toThrow(BuildFailure);
  });
});
