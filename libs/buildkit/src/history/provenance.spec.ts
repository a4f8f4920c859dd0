import { describe, expect, it } from 'vitest';
import { type Predicate, parseProvenance } from './provenance.js';

const sha256 = 'a'.repeat(64);
const materials = [
  { uri: 'pkg:docker/busybox@latest?platform=linux%2Famd64', digest: { sha256 } },
  { uri: 'pkg:docker/me/app@1.2?platform=linux%2Famd64', digest: { sha256 } },
  { uri: 'pkg:docker/127.0.0.1:5000/lib/x@v%2B1', digest: { sha256 } },
  { uri: 'https://example.test/file', digest: { sha256 } },
];
const buildConfig = { digestMapping: { 'sha256:1': 'step0', 'sha256:2': 'step1', 'sha256:3': 'step2' } };
const locations = {
  step0: {
    locations: [
      {
        ranges: [
          { start: { line: 4 }, end: { line: 4 } },
          { start: { line: 5 }, end: { line: 7 } },
        ],
      },
    ],
  },
  step1: {},
};
const expected = {
  materials,
  baseImages: [
    { name: 'docker.io/library/busybox:latest', digest: `sha256:${sha256}` },
    { name: 'docker.io/me/app:1.2', digest: `sha256:${sha256}` },
    { name: '127.0.0.1:5000/lib/x:v+1', digest: `sha256:${sha256}` },
  ],
  lines: new Map([['sha256:1', { startLine: 4, endLine: 7 }]]),
};

describe('what an engine recorded', () => {
  it('in SLSA 0.2', () => {
    const metadata = { 'https://mobyproject.org/buildkit@v1#metadata': { source: { locations } } };
    expect(parseProvenance({ materials, buildConfig, metadata })).toEqual(expected);
  });

  it('in SLSA 1', () => {
    const predicate: Predicate = {
      buildDefinition: { resolvedDependencies: materials, internalParameters: { buildConfig } },
      runDetails: { metadata: { buildkit_metadata: { source: { locations } } } },
    };
    expect(parseProvenance(predicate)).toEqual(expected);
  });

  it('is nothing when there is nothing', () => {
    expect(parseProvenance({})).toEqual({ materials: [], baseImages: [], lines: new Map() });
  });
});
