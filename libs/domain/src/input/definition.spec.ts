import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDefinitionPath, isDefinitionTarget, isDefinitionVariable } from './definition.js';
import { resolveDefinition } from './resolve-definition.js';

const definition = { path: 'docker-bake.hcl', target: 'app' };
const resolve = (app: unknown) => resolveDefinition({ group: {}, target: { app } }, definition);
const refusal = (app: unknown): string => {
  try {
    resolve(app);
  } catch (error) {
    expect(error).toMatchObject({ code: 'InvalidBuildConfig', place: { file: 'docker-bake.hcl' } });
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

describe('a definition of a build', () => {
  it('is a file of bake or of compose', () => {
    for (const path of ['docker-bake.hcl', 'ci/docker-bake.json', './compose.yaml', 'a.YML'])
      expect(isDefinitionPath(path), path).toBe(true);
    for (const path of [
      'https://example.test/a.hcl',
      'cwd://a.hcl',
      '-',
      '../a.hcl',
      '/etc/a.hcl',
      'a',
      '.hcl',
      'a.hcl\0',
    ])
      expect(isDefinitionPath(path), path).toBe(false);
  });

  it('has targets whose names are no flags and no addresses', () => {
    for (const name of ['app', 'app-1_x', '_a']) expect(isDefinitionTarget(name), name).toBe(true);
    for (const name of ['', '-f', '--push', 'https://x', 'a/b', 'a b', 'a.b', '*', 'a\n'])
      expect(isDefinitionTarget(name), name).toBe(false);
  });

  it.each([
    'HOME',
    'PATH',
    'LD_PRELOAD',
    'BUILDX_CONFIG',
    'DOCKER_HOST',
    'GODEBUG',
    'https_proxy',
    'SSH_AUTH_SOCK',
    'A-B',
  ])('has no variable %s, which means something to a program', (name) => {
    expect(isDefinitionVariable(name)).toBe(false);
  });

  it('has variables by any other name', () => {
    for (const name of ['VERSION', 'TAG', 'GO_VERSION', 'GIT_SHA', 'NODE', 'CI', 'PATHS', '_x'])
      expect(isDefinitionVariable(name), name).toBe(true);
  });
});

describe('what bake printed', () => {
  it('becomes inputs of a build, and what the service decides by itself is said', () => {
    expect(
      resolve({
        ...{ context: './app/', dockerfile: '../docker/web.Dockerfile', target: 'prod', description: 'x' },
        args: { A: '1', B: null },
        contexts: { lib: './libs/a', base: 'docker-image://busybox:1', 'c:latest': '.' },
        ...{ labels: { a: 'b' }, platforms: ['linux/amd64'], 'no-cache': true, network: 'none' },
        ...{ tags: ['x:1'], secret: [{ id: 'a', src: '/etc/passwd' }], output: [{ type: 'registry' }], pull: true },
      }),
    ).toEqual({
      ...{ contextPath: 'app', dockerfilePath: 'docker/web.Dockerfile', dockerfileInline: null, stage: 'prod' },
      ...{ platform: 'linux/amd64', buildArgs: { A: '1' }, labels: { a: 'b' }, noCache: true, withoutNetwork: true },
      namedContexts: { lib: 'libs/a', base: 'docker-image://busybox:1', c: '.' },
      ignored: ['tags', 'output', 'secret', 'pull'].map((field) => ({ field, why: expect.any(String) })),
    });
    expect(resolve({})).toMatchObject({ contextPath: '.', dockerfilePath: 'Dockerfile', stage: null, platform: null });
    expect(resolve({ 'dockerfile-inline': 'FROM a\n' })).toMatchObject({
      ...{ dockerfilePath: null, dockerfileInline: 'FROM a\n' },
    });
  });

  it.each([
    ['context', { context: '../x' }],
    ['context', { context: '/etc' }],
    ['context', { context: 'https://example.test/x.git' }],
    ['context', { context: 'git@example.test:x/y' }],
    ['context', { context: 'docker-image://busybox' }],
    ['context', { context: 7 }],
    ['dockerfile', { dockerfile: '../../Dockerfile' }],
    ['contexts.lib', { contexts: { lib: '/etc' } }],
    ['contexts.lib', { contexts: { lib: 'https://example.test/' } }],
    ['contexts.lib', { contexts: { lib: 'target:lib' } }],
    ['contexts.lib', { contexts: { lib: 'target:app' } }],
    ['contexts.lib', { contexts: { lib: 'target:--push' } }],
    ['contexts.lib', { contexts: { lib: 'target:' } }],
    ['contexts.lib', { contexts: { lib: 'target:constructor' } }],
    ['contexts.context', { contexts: { context: 'a' } }],
    ['platforms', { platforms: ['linux/amd64', 'linux/arm64'] }],
    ['platforms', { platforms: 'linux/amd64' }],
    ['network', { network: 'host' }],
    ['ssh', { ssh: [{ id: 'default' }] }],
    ['extra-hosts', { 'extra-hosts': { a: '1.2.3.4' } }],
    ['shm-size', { 'shm-size': '1g' }],
    ['no-cache-filter', { 'no-cache-filter': ['a'] }],
    ['call', { call: 'outline' }],
    ['args.A', { args: { A: { b: 1 } } }],
    ['something-new', { 'something-new': 1 }],
    ['args.__proto__', JSON.parse('{"args":{"__proto__":"x"}}')],
  ])('S-027 is refused for its field %s: %j', (field, app) => {
    expect(refusal(app)).toContain(`“${field}”`);
  });

  it('R7-B1 is refused where its arguments are longer together than those of a project may be', () => {
    const args = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`A${n}`, '繁'.repeat(998)]));
    expect(resolve({ args: args(65) }).buildArgs).toMatchObject({ A0: expect.any(String) });
    expect(refusal({ args: args(70) })).toMatch(/“args”.* at most 65536 characters/);
  });

  it('R7-B1 is refused where its targets say more together than a record may hold, whatever field it is', () => {
    const long = 'x'.repeat(60_000);
    const app = { contexts: { a: 'target:a', b: 'target:b' } };
    const others = (more: object) => ({ a: { args: { A: long } }, b: { args: { A: long }, ...more } });
    expect(several({ app, ...others({ labels: { a: long } }) })().targets).toHaveLength(2);
    expect(several({ app, ...others({ labels: { a: long, b: long, c: long } }) })).toThrow(
      'at most 262144 are allowed',
    );
    expect(refusal({ target: 'x'.repeat(300_000) })).toContain('beside Dockerfiles');
    expect(resolve({ 'dockerfile-inline': `FROM busybox\n#${'x'.repeat(300_000)}` })).toMatchObject({ stage: null });
  });

  const several = (target: Record<string, unknown>) => () => resolveDefinition({ target }, definition);

  it('is made from other targets too, each behind those that it is made from itself', () => {
    const lower = { context: 'lower', args: { A: '1' }, labels: { a: 'b' }, network: 'none', tags: ['x'] };
    const base = { 'dockerfile-inline': 'FROM lower\n', target: 'prod', contexts: { lower: 'target:lower' } };
    const app = { contexts: { base: 'target:base', again: 'target:lower', lib: 'libs' } };
    const { targets, namedContexts, ignored } = several({ app, base, lower, other: { network: 'host' } })();
    expect(namedContexts).toEqual({ base: 'target:base', again: 'target:lower', lib: 'libs' });
    expect(targets).toEqual([
      {
        ...{ name: 'lower', contextPath: 'lower', dockerfilePath: 'lower/Dockerfile', dockerfileInline: null },
        ...{ stage: null, platform: null, buildArgs: { A: '1' }, namedContexts: {}, labels: { a: 'b' } },
        ...{ noCache: false, withoutNetwork: true },
      },
      expect.objectContaining({ name: 'base', dockerfilePath: null, dockerfileInline: 'FROM lower\n', stage: 'prod' }),
    ]);
    expect(ignored).toEqual([{ field: 'lower.tags', why: expect.any(String) }]);
    expect(several({ app: {} })()).not.toHaveProperty('targets');
  });

  it('S-027 is refused for what any of its targets asks for, and the target is named', () => {
    const app = { contexts: { base: 'target:base' } };
    const hostile: Record<string, unknown>[] = [
      { context: '../x' },
      { context: 'https://example.test/x.git' },
      { dockerfile: '../../Dockerfile' },
      { contexts: { lib: '/etc' } },
      { contexts: { context: 'a' } },
      { network: 'host' },
      { ssh: [{ id: 'default' }] },
      { platforms: ['linux/amd64', 'linux/arm64'] },
      { call: 'check' },
      { 'something-new': 1 },
    ];
    for (const base of hostile)
      for (const target of [
        { app, base },
        { app: { contexts: { upper: 'target:upper' } }, upper: app, base },
      ])
        expect(several(target), JSON.stringify(base)).toThrow(
          expect.objectContaining({ code: 'InvalidBuildConfig', message: expect.stringContaining('“base”') }),
        );
  });

  it('S-041 is no circle, and no more targets than are built as one', () => {
    const to = (name: string) => ({ contexts: { next: `target:${name}` } });
    expect(several({ app: to('a'), a: to('b'), b: to('a') })).toThrow('app → a → b → a');
    expect(several({ app: to('a'), a: to('app') })).toThrow('app → a → app');
    const chain = (length: number) =>
      Object.fromEntries([
        ['app', to('t1')],
        ...Array.from({ length }, (_, at) => [`t${at + 1}`, at + 1 === length ? {} : to(`t${at + 2}`)]),
      ]) as Record<string, unknown>;
    expect(several(chain(15))().targets).toHaveLength(15);
    expect(several(chain(16))).toThrow('16');
    const wide = (count: number) => ({
      ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, {}])),
      app: { contexts: Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, `target:t${at}`])) },
    });
    expect(several(wide(15))().targets).toHaveLength(15);
    expect(several(wide(16))).toThrow('16');
    // Each is read once, however many ways lead to it.
    const layers = Array.from({ length: 7 }, (_, at) => ({
      [`a${at}`]: { contexts: { x: `target:a${at + 1}`, y: `target:b${at + 1}` } },
      [`b${at}`]: { contexts: { x: `target:a${at + 1}`, y: `target:b${at + 1}` } },
    }));
    const lattice = Object.assign({ app: to('a0'), a7: {}, b7: {} }, ...layers) as Record<string, unknown>;
    expect(several(lattice)().targets).toHaveLength(15);
  });

  it('is refused without the target that was named, and says which a group has', () => {
    const group = { group: { app: { targets: ['a', 'b'] } }, target: { a: {}, b: {} } };
    expect(() => resolveDefinition(group, definition)).toThrow('a, b');
    for (const printed of [null, [], 7, {}, { target: [] }, { target: { toString: {} } }])
      expect(() => resolveDefinition(printed, { ...definition, target: 'constructor' })).toThrow('no target');
  });

  it('S-069 never breaks, whatever it is: inputs or a refusal', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('context', 'dockerfile', 'args', 'contexts', 'platforms', 'tags', 'x'),
          fc.json().map((text) => JSON.parse(text) as unknown),
        ),
        (app) => {
          try {
            expect(resolve(app).contextPath).not.toContain('..');
          } catch (error) {
            expect(error).toMatchObject({ code: 'InvalidBuildConfig' });
          }
        },
      ),
    );
  });
});
