import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { provenanceFacts } from './provenance.fixture.js';
import { gitUri, provenancePredicate, readProvenance } from './provenance.js';

describe('provenancePredicate', () => {
  const predicate = provenancePredicate(provenanceFacts());

  it('names the source by commit and every base image by digest', () => {
    expect(predicate.buildDefinition.resolvedDependencies).toEqual([
      { uri: 'git+https://git.example/acme/hello.git@refs/heads/main', digest: { gitCommit: 'a'.repeat(40) } },
      { uri: 'pkg:docker/debian@bookworm?platform=linux%2Famd64', digest: { sha256: 'b'.repeat(64) } },
    ]);
  });

  it('keeps what people control apart from what the service controls', () => {
    expect(predicate.buildDefinition.externalParameters).toEqual({
      source: predicate.buildDefinition.resolvedDependencies[0],
      rule: 'main',
      trigger: 'push',
      dockerfile: 'Dockerfile',
      context: '.',
      target: null,
      platform: 'linux/amd64',
      buildArgs: { DEBUG: '', VERSION: '1' },
    });
    expect(predicate.buildDefinition.internalParameters).toEqual({
      zone: 'protected',
      cacheBackend: 'registry',
      attempt: 1,
    });
    expect(predicate.runDetails).toEqual({
      builder: { id: 'https://cooperage.example/builders/default/v1' },
      metadata: {
        invocationId: 'https://cooperage.example/p/acme/hello/b/7',
        startedOn: '2026-11-24T12:00:00.000Z',
        finishedOn: '2026-11-24T12:01:00.000Z',
      },
    });
  });

  it('names what the Dockerfile could name beside its stages, and says nothing where that is nothing', () => {
    const parameters = (namedContexts: Record<string, string>) =>
      provenancePredicate(provenanceFacts({ namedContexts })).buildDefinition.externalParameters;
    expect(parameters({ tool: 'docker-image://busybox', lib: 'libs/a' }).namedContexts).toEqual({
      lib: 'libs/a',
      tool: 'docker-image://busybox',
    });
    expect(parameters({})).not.toHaveProperty('namedContexts');
  });

  it('names the definition with what it was given', () => {
    const definition = { path: 'docker-bake.hcl', target: 'app', variables: { B: '2', A: '1' } };
    const parameters = provenancePredicate(provenanceFacts({ definition })).buildDefinition.externalParameters;
    expect(JSON.stringify(parameters.definition)).toBe(
      '{"path":"docker-bake.hcl","target":"app","variables":{"A":"1","B":"2"}}',
    );
    expect(provenancePredicate(provenanceFacts()).buildDefinition.externalParameters).not.toHaveProperty('definition');
  });

  it('makes the same bytes of the same facts, in whatever order the arguments came', () => {
    const other = provenancePredicate(provenanceFacts({ buildArgs: { DEBUG: '', VERSION: '1' } }));
    expect(JSON.stringify(other)).toBe(JSON.stringify(predicate));
  });

  it('is read back as it was written', () => {
    expect(readProvenance(JSON.parse(JSON.stringify(predicate)))).toEqual({
      builderId: 'https://cooperage.example/builders/default/v1',
      invocationId: 'https://cooperage.example/p/acme/hello/b/7',
      zone: 'protected',
      buildType: 'https://cooperage.example/build-types/dockerfile/v1',
      sourceUri: 'git+https://git.example/acme/hello.git@refs/heads/main',
      sourceCommit: 'a'.repeat(40),
      baseImages: [{ uri: 'pkg:docker/debian@bookworm?platform=linux%2Famd64', digest: `sha256:${'b'.repeat(64)}` }],
    });
  });

  it.each([
    ['a short commit', { source: { ...provenanceFacts().source, commit: 'abc1234' } }],
    ['a branch for a commit', { source: { ...provenanceFacts().source, commit: 'main' } }],
    ['a password', { source: { ...provenanceFacts().source, uri: 'https://user:pw@git.example/a.git' } }],
    ['a token as user', { source: { ...provenanceFacts().source, uri: 'https://ghp_x@git.example/a.git' } }],
    ['an ssh password', { source: { ...provenanceFacts().source, uri: 'ssh://git:pw@git.example/a.git' } }],
    ['no address', { source: { ...provenanceFacts().source, uri: 'hello' } }],
    ['a base image by tag', { baseImages: [{ uri: 'pkg:docker/debian', digest: 'latest' }] }],
    ['no time', { startedOn: 'yesterday' }],
  ])('S-115 is not made of %s', (_name, changes) => {
    expect(() => provenancePredicate(provenanceFacts(changes))).toThrow(TypeError);
  });
});

describe('gitUri', () => {
  it.each([
    ['https://git.example/a.git', 'git+https://git.example/a.git@refs/heads/main'],
    ['http://127.0.0.1:8080/a.git', 'git+http://127.0.0.1:8080/a.git@refs/heads/main'],
    ['ssh://git@git.example:2222/a.git', 'git+ssh://git@git.example:2222/a.git@refs/heads/main'],
    ['git@git.example:acme/a.git', 'git+ssh://git@git.example/acme/a.git@refs/heads/main'],
    ['git@[::1]:acme/a.git', 'git+ssh://git@[::1]/acme/a.git@refs/heads/main'],
  ])('names %s', (address, uri) => {
    expect(gitUri(address, 'refs/heads/main')).toBe(uri);
  });
});

describe('readProvenance', () => {
  it('finds nothing in what is no provenance, and never throws', () => {
    const nothing = { builderId: undefined, sourceCommit: undefined, baseImages: [] };
    for (const value of [null, undefined, 1, 'x', [], { buildDefinition: [] }, { runDetails: { builder: 'x' } }])
      expect(readProvenance(value)).toMatchObject(nothing);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void readProvenance({ buildDefinition: value, runDetails: value })),
    );
  });
});
