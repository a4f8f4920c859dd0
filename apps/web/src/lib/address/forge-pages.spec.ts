import { describe, expect, it } from 'vitest';
import { forgePages, hookPage } from './forge-pages';

const id = 'a'.repeat(40);

describe('pages of a git host', () => {
  it('of a known host need no call, cloned by https or ssh', () => {
    for (const remote of [
      'https://github.com/acme/api.git',
      'https://github.com/acme/api',
      'git@github.com:acme/api.git',
      'ssh://git@github.com/acme/api.git',
      'ssh://git@github.com:22/acme/api.git',
    ])
      expect(forgePages(remote, null)?.commit(id), remote).toBe(`https://github.com/acme/api/commit/${id}`);
    expect(forgePages('https://gitlab.com/a/b/c.git', null)?.commit(id)).toBe(
      `https://gitlab.com/a/b/c/-/commit/${id}`,
    );
    expect(forgePages('https://codeberg.org/a/b.git', null)?.ref('refs/tags/v1/rc')).toBe(
      'https://codeberg.org/a/b/src/tag/v1/rc',
    );
  });

  it('of one’s own host have the form of what has called', () => {
    const remote = 'https://git.example:8443/team/app.git';
    expect(forgePages(remote, null)).toBeNull();
    expect(forgePages(remote, 'generic')).toBeNull();
    const gitlab = forgePages(remote, 'gitlab')!;
    expect([gitlab.hooks, gitlab.compare('a', 'b'), gitlab.host]).toEqual([
      'https://git.example:8443/team/app/-/hooks',
      'https://git.example:8443/team/app/-/compare/a...b',
      'git.example:8443',
    ]);
    expect(forgePages(remote, 'forgejo')!.ref('refs/heads/a b/ü#?')).toBe(
      'https://git.example:8443/team/app/src/branch/a%20b/%C3%BC%23%3F',
    );
    expect(forgePages(remote, 'gitea')!.ref('refs/pull/1/head')).toBeNull();
  });

  it('S-022 lead to the web and nowhere else, whatever is stored', () => {
    for (const remote of ['javascript://github.com/%0aalert(1)', 'file:///etc/passwd', '/srv/git/x.git', 'x', ''])
      expect(forgePages(remote, 'github'), remote).toBeNull();
  });

  it('of a webhook are its own calls where the host says which it was', () => {
    const pages = forgePages('https://github.com/acme/api.git', 'github')!;
    const of = (headers: Record<string, string>) => hookPage(pages, headers);
    const hook = { 'x-github-hook-id': '42', 'x-github-hook-installation-target-type': 'repository' };
    expect(of(hook)).toBe('https://github.com/acme/api/settings/hooks/42?tab=deliveries');
    expect(of({ ...hook, 'x-github-hook-installation-target-type': 'organization' })).toBe(pages.hooks);
    expect(of({ ...hook, 'x-github-hook-id': '../../x' })).toBe(pages.hooks);
  });
});
