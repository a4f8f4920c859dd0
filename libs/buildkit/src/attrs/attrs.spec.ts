import { describe, expect, it } from 'vitest';
import {
  announcedDigest,
  cacheOfAnswer,
  frontendAttrs,
  imageExporter,
  imageOfAnswer,
  registryCacheExport,
} from './attrs.js';

describe('attributes', () => {
  it('of the frontend say what was asked and no more', () => {
    expect(frontendAttrs({ dockerfile: 'Dockerfile' })).toEqual({
      filename: 'Dockerfile',
      cmdline: 'docker/dockerfile:1',
    });
    expect(
      frontendAttrs({
        dockerfile: 'd/Dockerfile',
        target: 't',
        platform: 'linux/amd64',
        buildArgs: { A: '1' },
        labels: { l: '2' },
        cacheImports: ['r/c:t'],
        noCache: true,
        cacheMountNamespace: 'n',
        cgroupParent: '/g',
        resultSpace: 's',
        networkMode: 'none',
      }),
    ).toEqual({
      filename: 'd/Dockerfile',
      cmdline: 'docker/dockerfile:1',
      target: 't',
      platform: 'linux/amd64',
      'build-arg:A': '1',
      'label:l': '2',
      'cache-imports': '[{"Type":"registry","Attrs":{"ref":"r/c:t"}}]',
      'no-cache': '',
      'build-arg:BUILDKIT_CACHE_MOUNT_NS': 'n/mounts',
      'cgroup-parent': '/g',
      'add-hosts': 's.results.invalid=127.0.0.1',
      'force-network-mode': 'none',
    });
  });

  it('of the image push by digest, keep nothing and never tag', () => {
    const { Attrs } = imageExporter({
      host: 'h',
      repository: 'r',
      annotations: { 'a.b': 'c' },
      sourceDateEpoch: 0,
      insecure: true,
    });
    expect(Attrs).toEqual({
      name: 'h/r',
      push: 'true',
      'push-by-digest': 'true',
      'name-canonical': 'true',
      'oci-mediatypes': 'true',
      store: 'false',
      'registry.insecure': 'true',
      'source-date-epoch': '0',
      'annotation.a.b': 'c',
    });
  });

  it('of the cache let a failure be one', () => {
    expect(registryCacheExport('h/c:t', 'max').Attrs).not.toHaveProperty('ignore-error');
  });
});

describe('answers', () => {
  const digest = `sha256:${'b'.repeat(64)}`;

  it('hold the descriptor of the image', () => {
    const descriptor = Buffer.from(JSON.stringify({ mediaType: 'm', digest, size: 12 })).toString('base64');
    expect(imageOfAnswer({ 'containerimage.descriptor': descriptor })).toEqual({
      digest,
      mediaType: 'm',
      sizeBytes: 12,
    });
    expect(imageOfAnswer({})).toBeNull();
    expect(imageOfAnswer({ 'containerimage.descriptor': Buffer.from('{}').toString('base64') })).toBeNull();
    expect(cacheOfAnswer({ 'cache.manifest': JSON.stringify({ digest }) })).toBe(digest);
    expect(cacheOfAnswer({ 'cache.manifest': '{}' })).toBeNull();
  });

  it('are announced before the push', () => {
    expect(announcedDigest(`exporting manifest ${digest}`)).toBe(digest);
    expect(announcedDigest(`exporting config ${digest}`)).toBeNull();
  });
});
