import type { ProvenanceFacts } from './provenance.js';

/** Facts of one build, for tests. */
export function provenanceFacts(changes: Partial<ProvenanceFacts> = {}): ProvenanceFacts {
  return {
    buildType: 'https://cooperage.example/build-types/dockerfile/v1',
    builderId: 'https://cooperage.example/builders/default/v1',
    invocationId: 'https://cooperage.example/p/acme/hello/b/7',
    source: { uri: 'https://git.example/acme/hello.git', ref: 'refs/heads/main', commit: 'a'.repeat(40) },
    rule: 'main',
    trigger: 'push',
    buildArgs: { VERSION: '1', DEBUG: '' },
    target: null,
    platform: 'linux/amd64',
    dockerfilePath: 'Dockerfile',
    contextPath: '.',
    zone: 'protected',
    cacheBackend: 'registry',
    attempt: 1,
    baseImages: [{ uri: 'pkg:docker/debian@bookworm?platform=linux%2Famd64', digest: `sha256:${'b'.repeat(64)}` }],
    startedOn: '2026-11-24T12:00:00.000Z',
    finishedOn: '2026-11-24T12:01:00.000Z',
    ...changes,
  };
}
