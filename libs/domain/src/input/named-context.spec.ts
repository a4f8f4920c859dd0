import { describe, expect, it } from 'vitest';
import {
  formatBuildContext,
  isContextName,
  isNamedContext,
  parseContextName,
  parseNamedContext,
} from './named-context.js';

describe('a named context', () => {
  it('is a folder of the repository, or an image', () => {
    expect(parseNamedContext('./libs/common/')).toEqual({ kind: 'folder', path: 'libs/common' });
    expect(parseNamedContext('docker-image://registry.example.com:5000/a/b:1')).toEqual({
      kind: 'image',
      reference: 'registry.example.com:5000/a/b:1',
    });
    for (const source of ['libs/common', '.', 'docker-image://busybox'])
      expect(formatBuildContext(parseNamedContext(source))).toBe(source);
  });

  it.each([
    ...['../x', '/etc', 'a/../../x', 'a\\..\\x', '%2e%2e', 'a\0b', '.git', 'x'.repeat(5000)],
    ...['http://169.254.169.254/', 'https://example.test/x.tar', 'git@host:a/b', 'ssh://host/a', 'git://host/a'],
    ...['oci-layout://x', 'target:lib', 'input:lib', 'local:context', 'file:///etc', 'docker-image://'],
    ...['docker-image://a b', 'docker-image://a\n', 'docker-image://../x', 'docker-image://a@sha256:1', 'C:\\x'],
  ])('S-027 refuses %j as its source', (source) => {
    expect(isNamedContext(source)).toBe(false);
  });

  it('is called as an image is, and the builder looks for it without “latest”', () => {
    for (const name of ['lib', 'my-lib_2', 'debian:bookworm', 'org/app']) expect(parseContextName(name)).toBe(name);
    expect(parseContextName('busybox:latest')).toBe('busybox');
  });

  it.each([
    ...['', 'Lib', 'a b', 'a=b', '-a', 'a//b', 'a::linux/amd64', 'a@sha256:1', 'é', '__proto__', 'x'.repeat(200)],
    ...['context', 'dockerfile', 'scratch', 'scratch:latest', '0', '12'],
  ])('S-033 is not called %j', (name) => {
    expect(isContextName(name)).toBe(false);
  });
});
