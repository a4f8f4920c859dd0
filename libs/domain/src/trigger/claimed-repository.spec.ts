import { describe, expect, it } from 'vitest';
import { type ClaimedRepository, isSameRepository, namesAddress } from './claimed-repository.js';

const claim = (change: Partial<ClaimedRepository>): ClaimedRepository => ({
  id: null,
  name: null,
  addresses: [],
  ...change,
});
const known = (remoteUrl: string, repositoryKey: string | null = null) => ({ remoteUrl, repositoryKey });
const hello = known('https://git.example/octo/hello.git');

describe('R-G6 a call is about the repository of its project', () => {
  it.each<[string, ClaimedRepository | null, string]>([
    ['that says nothing of it', null, hello.remoteUrl],
    ['that gives an id alone, before any was seen', claim({ id: '7' }), hello.remoteUrl],
    ['with its name', claim({ id: '7', name: 'octo/hello' }), hello.remoteUrl],
    ['with its name in other letters', claim({ name: 'Octo/Hello' }), hello.remoteUrl],
    ['with its name, of a host below a path', claim({ name: 'octo/hello' }), 'https://example.org/git/octo/hello'],
    ['with its name, cloned by ssh', claim({ name: 'octo/hello' }), 'git@git.example:octo/hello.git'],
    [
      'with its name, cloned by ssh of another port',
      claim({ name: 'octo/hello' }),
      'ssh://git@git.example:2222/octo/hello.git',
    ],
    [
      'with its address by another name of the host',
      claim({ name: 'x', addresses: ['http://10.0.0.1:3000/octo/hello'] }),
      hello.remoteUrl,
    ],
    [
      'with its address among others',
      claim({ addresses: ['git@git.example:octo/hello.git', 'https://x.example/y'] }),
      hello.remoteUrl,
    ],
  ])('that comes from one %s', (_what, claimed, remoteUrl) => {
    expect(isSameRepository('gitea', claimed, known(remoteUrl))).toBe(true);
  });

  it('R-G6 that gives its address in the place of a name is about the repository at that address', () => {
    const said = (text: string) => isSameRepository('generic', claim({ name: text, addresses: [text] }), hello);
    expect([said('https://git.example/octo/hello'), said('git@git.example:octo/hello.git')]).toEqual([true, true]);
    expect([said('https://git.example/octo/other'), said('hello'), said('octo')]).toEqual([false, true, false]);
  });

  it.each<[string, ClaimedRepository]>([
    ['name', claim({ name: 'octo/other' })],
    ['name that ends alike', claim({ name: 'to/hello' })],
    ['owner', claim({ name: 'evil/hello', addresses: ['https://git.example/evil/hello.git'] })],
    ['address', claim({ addresses: ['https://git.example/octo/hello/more.git'] })],
    ['name, with an id that was not seen yet', claim({ id: '7', name: 'octo/other' })],
  ])('and not of one with another %s', (_what, claimed) => {
    expect(isSameRepository('gitea', claimed, hello)).toBe(false);
  });

  it('by the id of its git host, once that was seen: a rename goes on, an equal name does not', () => {
    const seen = known(hello.remoteUrl, 'gitea:7');
    expect(isSameRepository('gitea', claim({ id: '7', name: 'octo/renamed' }), seen)).toBe(true);
    expect(isSameRepository('gitea', claim({ id: '8', name: 'octo/hello' }), seen)).toBe(false);
    expect(isSameRepository('gitea', claim({ id: '77' }), seen)).toBe(false);
  });

  it('by its name where another kind of host calls, or no id is sent', () => {
    const seen = known(hello.remoteUrl, 'gitea:7');
    expect(isSameRepository('gitlab', claim({ id: '9', name: 'octo/hello' }), seen)).toBe(true);
    expect(isSameRepository('gitlab', claim({ id: '7', name: 'octo/other' }), seen)).toBe(false);
    expect(isSameRepository('gitea', claim({ name: 'octo/hello' }), seen)).toBe(true);
  });
});

describe('R-N12 a call fixes the id of the repository', () => {
  it.each([
    ['https://git.example/octo/hello.git', ['https://git.example/octo/hello.git'], true],
    ['https://git.example/octo/hello', ['git@git.example:octo/hello.git'], true],
    ['ssh://git@git.example:2222/octo/hello.git', ['https://git.example:8443/Octo/Hello'], true],
    ['https://git.example/octo/hello.git', ['https://evil.example/octo/hello.git'], false],
    ['https://git.example/octo/hello.git', ['https://git.example/evil/hello.git'], false],
    ['https://git.example/octo/hello.git', ['octo/hello'], false],
    ['https://git.example/octo/hello.git', [], false],
  ] as const)('of %s with the addresses %j: %s', (remoteUrl, addresses, fixes) => {
    expect(namesAddress(claim({ id: '7', name: 'octo/hello', addresses }), remoteUrl)).toBe(fixes);
  });
});
