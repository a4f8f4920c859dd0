import { describe, expect, it } from 'vitest';
import { imageLabels } from './image-labels.js';

const facts = {
  projectName: 'api',
  organizationName: 'acme',
  sourceUrl: 'https://git.example/acme/api.git',
  projectUrl: 'https://c.example/p/acme/api',
};

describe('imageLabels', () => {
  it('follow from the commit alone, with the keys of the OCI image specification', () => {
    const build = {
      commit: 'a'.repeat(40),
      commitTime: 1_700_000_000,
      ref: 'refs/heads/main',
      tags: ['main', 'latest'],
      zone: 'protected',
    } as const;
    expect(imageLabels(build, facts)).toEqual({
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
      'org.opencontainers.image.revision': 'a'.repeat(40),
      'org.opencontainers.image.source': 'https://git.example/acme/api.git',
      'org.opencontainers.image.url': 'https://c.example/p/acme/api',
      'org.opencontainers.image.title': 'api',
      'org.opencontainers.image.vendor': 'acme',
      'org.opencontainers.image.version': 'main',
    });
  });

  it('name the ref where there is no tag', () => {
    const build = {
      commit: 'b'.repeat(40),
      commitTime: 0,
      ref: 'refs/tags/v1.2.3',
      tags: [],
      zone: 'protected',
    } as const;
    expect(imageLabels(build, facts)['org.opencontainers.image.version']).toBe('v1.2.3');
  });

  it('R5-C3 are others in each zone, so that no digest is of two', () => {
    const build = { commit: 'c'.repeat(40), commitTime: 0, ref: 'refs/heads/1.2.3', tags: [] };
    const all = (['protected', 'branch', 'fork'] as const).map((zone) =>
      JSON.stringify(imageLabels({ ...build, zone }, facts)),
    );
    expect(new Set(all).size).toBe(3);
  });
});
