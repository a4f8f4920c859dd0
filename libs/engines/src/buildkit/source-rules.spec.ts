import { describe, expect, it } from 'vitest';
import { sourceRules } from './source-rules.js';

/** The engine's own reading: the last rule that matches decides. */
function decide(source: string, allowed: string[] = []): 'allow' | 'deny' {
  return sourceRules(allowed).reduce<'allow' | 'deny'>(
    (decision, { action, expression }) => (new RegExp(expression).test(source) ? action : decision),
    'allow',
  );
}

describe('S-038 sources that ADD may not fetch', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.0.0.1:5000/v2/',
    'https://169.254.169.254/latest',
    'http://10.0.0.1',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://[::1]:80/',
    'http://[::ffff:127.0.0.1]/',
    'http://user:pw@127.0.0.1/',
    'http://example.com@127.0.0.1/',
    'http://localhost:6379/',
    'http://LOCALHOST/',
    'http://redis:6379/',
    'http://metadata/',
    'http://metadata.google.internal/',
    'http://nas.local',
    'http://a.b.INTERNAL./x',
    'git://10.1.2.3/x.git#main',
    'git://gitea/x.git',
    'git://example.com/x.git#main:../..',
    'git://example.com/x.git#main:a/../b',
    'git://example.com/x.git#main:..',
  ])('%s', (source) => {
    expect(decide(source)).toBe('deny');
  });

  it.each([
    'https://example.com/a.tgz',
    'http://1.2.3.4.example.com/',
    'https://github.com/x/y.git#main:sub/..dir',
    'https://example.com/?u=http://127.0.0.1/',
    'git://github.com/x/y.git#v1.0:sub',
    'docker-image://127.0.0.1:5000/base/debian:bookworm',
    'docker-image://docker.io/library/busybox:latest',
    'local://context',
  ])('but %s', (source) => {
    expect(decide(source)).toBe('allow');
  });

  it('an operator opens exactly one host and port', () => {
    expect(decide('http://127.0.0.1:5000/x', ['127.0.0.1:5000'])).toBe('allow');
    expect(decide('http://127.0.0.1:50001/x', ['127.0.0.1:5000'])).toBe('deny');
    expect(decide('http://127.0.0.1/x', ['127.0.0.1:5000'])).toBe('deny');
    expect(decide('http://evil@127.0.0.1:5000/x', ['127.0.0.1:5000'])).toBe('deny');
  });
});
