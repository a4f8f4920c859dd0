import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialOrigin, hostPort, isRemoteUrl, parseHostPort, parseRemoteUrl } from './remote-url.js';

describe('parseRemoteUrl', () => {
  it.each([
    ['https://github.com/a/b.git', 'https://github.com/a/b.git', 'github.com', 443],
    ['  HTTPS://GitHub.COM:443/a/b ', 'https://github.com/a/b', 'github.com', 443],
    ['https://git.example:8443/a', 'https://git.example:8443/a', 'git.example', 8443],
    ['https://git.example./a', 'https://git.example/a', 'git.example', 443],
    ['https://[2001:DB8:0:0::1]:1/a', 'https://[2001:db8::1]:1/a', '2001:db8::1', 1],
    ['ssh://git@git.example/a/b', 'ssh://git@git.example/a/b', 'git.example', 22],
    ['ssh://git@git.example:443/a/b', 'ssh://git@git.example:443/a/b', 'git.example', 443],
    ['git@github.com:a/b.git', 'git@github.com:a/b.git', 'github.com', 22],
    ['git.example:~/b', 'git.example:~/b', 'git.example', 22],
    ['git@[::1]:b', 'git@[::1]:b', '::1', 22],
  ])('reads %s as %s', (value, href, host, port) => {
    expect(parseRemoteUrl(value)).toMatchObject({ href, host, port });
  });

  it('keeps its own normal form', () => {
    for (const value of ['https://git.example:8443/a%20b', 'ssh://git@git.example/~x/y', 'git@h.example:a/b'])
      expect(parseRemoteUrl(parseRemoteUrl(value).href)).toEqual(parseRemoteUrl(value));
  });

  it.each([
    ['ext::sh -c id', /invisible|spaces/],
    ['ext::sh', /transport helpers/],
    ['EXT::sh%20-c%20id', /transport helpers/],
    ['fd::17', /transport helpers/],
    ['file:///etc', /file:\/\/ addresses/],
    ['FILE:///etc', /file:\/\/ addresses/],
    ['/etc', /starts with https/],
    ['../a', /starts with https/],
    ['ssh://-oProxyCommand=x', /host of this address/],
    ['ssh://-oProxyCommand=x/a', /host of this address/],
    ['ssh://git@-oProxyCommand=x/a', /host of this address/],
    ['ssh://-x@git.example/a', /user name/],
    ['-oProxyCommand=x:a', /dash/],
    ['git@-oProxyCommand=x:a', /host of this address/],
    ['git@git.example:-x', /not allowed/],
    ['git://git.example/a', /git:\/\/ addresses/],
    ['git+ssh://git.example/a', /git\+ssh:\/\/ addresses/],
    ['--upload-pack=x', /dash/],
    ['http://git.example/a', /plain http/],
  ])('S-017 refuses %s', (value, sentence) => {
    expect(() => parseRemoteUrl(value)).toThrow(TypeError);
    expect(() => parseRemoteUrl(value)).toThrow(sentence);
  });

  it.each([
    ['https://user:pw@git.example/a', /no user name or password/],
    ['https://git.example@evil.example/a', /no user name or password/],
    ['ssh://git:pw@git.example/a', /no password/],
    ['https:\\\\git.example\\a', /backslash/],
    ['https://git.example\\@evil.example/a', /backslash/],
    ['https://git.example:22/a', /port 22/],
    ['https://git.example:0/a', /port/],
    ['https://git.example:65536/a', /port/],
    ['https://git.example/a?x', /query/],
    ['https://git.example/a#main:..', /fragment/],
    ['https://git.example/a/../b', /"\.\."/],
    ['https://git.example/a/%2E%2e/b', /"\.\."/],
    ['https://git.example/a%0ab', /path/],
    ['https://git.example/', /names a repository/],
    ['https://git.example', /names a repository/],
    ['https://git.example//evil', /names a repository/],
    ['https://%67it.example/a', /host/],
    ['https://git_ex$ample/a', /host/],
    ['https:///a', /host/],
    ['https://[fe80::1%25eth0]/a', /host/],
    ['https://git.example/a\u202eb', /invisible/],
    ['https://git.exam\u200bple/a', /invisible/],
    [`https://git.example/${'a'.repeat(2048)}`, /2048/],
  ])('S-018 refuses %s', (value, sentence) => {
    expect(() => parseRemoteUrl(value)).toThrow(sentence);
  });

  it('S-018 shows a homograph host as punycode and odd IPv4 forms as the address they are', () => {
    const cyrillic = 'g\u0456thub.com';
    expect(parseRemoteUrl(`https://${cyrillic}/a`).href).toBe('https://xn--gthub-n2e.com/a');
    expect(parseRemoteUrl(`ssh://git@${cyrillic}/a`).host).toBe('xn--gthub-n2e.com');
    expect(parseRemoteUrl(`git@${cyrillic}:a`).href).toBe('git@xn--gthub-n2e.com:a');
    for (const host of ['2130706433', '017700000001', '0x7f.1', '127.1', '127.0.0.1.', '127.0.0.1'])
      expect(parseRemoteUrl(`https://${host}/a`).host).toBe('127.0.0.1');
  });

  it('allows plain http only for the exact host and port of the operator', () => {
    const allowPlainHttp = ['127.0.0.1:3000', 'GIT.example:80'];
    expect(parseRemoteUrl('http://127.0.0.1:3000/a', { allowPlainHttp }).href).toBe('http://127.0.0.1:3000/a');
    expect(parseRemoteUrl('http://git.example/a', { allowPlainHttp }).port).toBe(80);
    for (const value of [
      'http://127.0.0.1:3001/a',
      'http://127.0.0.1/a',
      'http://git.example:81/a',
      'http://evil.example:80/a',
    ])
      expect(isRemoteUrl(value, { allowPlainHttp })).toBe(false);
  });

  it('never gives git anything but the allowed schemes, whatever the text', () => {
    const part = fc.constantFrom(
      'ext',
      '::',
      'https',
      'ssh',
      'file',
      '://',
      '@',
      ':',
      '/',
      '..',
      '-o',
      'a',
      '127.1',
      '%2e',
      '\\',
      '[',
      ']',
      '::1',
      '?',
      '#',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        const value = parts.join('');
        if (!isRemoteUrl(value)) return;
        const remote = parseRemoteUrl(value);
        expect(remote.href).toMatch(/^(?:https:\/\/|ssh:\/\/|[A-Za-z0-9_[][^/]*:)/);
        expect(remote.href).not.toMatch(/^-|^[A-Za-z0-9+.-]*::|\s|\\/);
        expect(parseRemoteUrl(remote.href)).toEqual(remote);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('parseHostPort', () => {
  it('gives the form in which remotes are compared', () => {
    expect(parseHostPort('[::1]:3000')).toBe(hostPort(parseRemoteUrl('https://[0::1]:3000/a')));
    expect(parseHostPort('Localhost:80')).toBe('localhost:80');
  });

  it.each(['localhost', 'localhost:', ':80', 'a@b:80', 'http://a:80', 'a:80/x', '*:80'])('refuses %s', (value) => {
    expect(() => parseHostPort(value)).toThrow(TypeError);
  });
});

describe('credentialOrigin', () => {
  it.each([
    ['https://git.example/a', 'https://git.example:443'],
    ['https://git.example:8443/a', 'https://git.example:8443'],
    ['http://git.example/a', 'http://git.example:80'],
    ['ssh://git@git.example/a', 'ssh://git.example:22'],
    ['git@git.example:a', 'ssh://git.example:22'],
    ['git@[::1]:a', 'ssh://[::1]:22'],
  ])('R-H9 gives scheme, host and port of %s', (remoteUrl, origin) => {
    expect(credentialOrigin(remoteUrl)).toBe(origin);
  });
});
