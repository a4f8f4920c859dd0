import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GitHost, startGitHost, type TestGitRepository } from '@cooperage/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../spec/failure-of.js';
import { createSource, type Source, type SourceProject } from '../index.js';
import { mirrorFolder } from './mirror-shelf.js';
import { partialSettings, wholeSettings } from './repository-files.js';

const ref = 'refs/heads/main';

/** What somebody who had a builder leaves in its mirrors, for the next process. */
describe('R24D-1 a mirror with settings of somebody else', () => {
  let host: GitHost;
  let counter = 0;
  let remote: TestGitRepository;
  let project: SourceProject;
  let other: SourceProject;
  let first: string;
  let secret: string;
  let marker: string;

  beforeAll(async () => {
    host = await startGitHost();
  });
  afterAll(() => host.close());
  beforeEach(async () => {
    const at = ++counter;
    marker = join(host.folder, `marker-${at}`);
    remote = await host.repository(`own-${at}.git`);
    first = await remote.commit({ Dockerfile: 'FROM a\n' });
    secret = await (await host.repository(`other-${at}.git`)).commit({ Dockerfile: `FROM secret-${at}\n` });
    project = { id: `own-${at}`, remoteUrl: host.url(`own-${at}.git`) };
    other = { id: `other-${at}`, remoteUrl: host.url(`other-${at}.git`) };
    await using(async (source) => {
      await source.prepare(project, { ref, commit: first });
      await source.prepare(other, { ref, commit: secret });
    });
  });

  const folderOf = (of: SourceProject) => join(host.folder, 'mirrors', mirrorFolder(of));
  const filesOf = (of: SourceProject) => join(folderOf(of), 'files.git');
  const put = async (path: string, text: string, mode = 0o600) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode });
  };

  /** As another process does that uses the mirrors. */
  async function using<T>(work: (source: Source) => Promise<T>): Promise<T> {
    const mirrorRoot = join(host.folder, 'mirrors');
    const source = createSource({ mirrorRoot, allowPlainHttp: [host.hostPort], retryDelaysMs: [] });
    return work(source).finally(() => source.close());
  }

  async function expectHonest(): Promise<void> {
    const commit = await remote.commit({ Dockerfile: 'FROM b\n' });
    await using(async (source) => {
      expect((await source.refs(project)).commits.get(ref)).toBe(commit);
      expect(await failureOf(source.file(project, secret, 'Dockerfile', 1_000))).toMatchObject({
        code: 'SourceUnavailable',
      });
      expect((await source.prepare(project, { ref, commit })).commit).toBe(commit);
      expect((await source.file(project, commit, 'Dockerfile', 1_000))?.toString()).toContain('FROM b');
      expect(await source.isAncestor(project, first, commit)).toBe(true);
      expect((await source.prepare(other, { ref, commit: secret })).commit).toBe(secret);
    });
    expect(existsSync(marker)).toBe(false);
    expect(await readFile(join(filesOf(project), 'config'), 'utf8')).toBe(wholeSettings);
  }

  it('R24D-1 runs none of its programs, goes to no other address and reads of no other mirror', async () => {
    const program = join(host.folder, `program-${counter}`);
    await put(program, `#!/bin/sh\ntouch ${marker}\n`, 0o700);
    const more = join(host.folder, `more-${counter}`);
    await put(more, `[core]\n\talternateRefsCommand = ${program}\n`);
    const gitDir = filesOf(project);
    const settings = [
      wholeSettings,
      `[core]\n\tsshCommand = ${program}\n\tfsmonitor = ${program}\n\taskPass = ${program}`,
      `[credential]\n\thelper = ${program}`,
      `[url "${other.remoteUrl}"]\n\tinsteadOf = ${project.remoteUrl}`,
      `[include]\n\tpath = ${more}\n`,
    ];
    await put(join(gitDir, 'config'), settings.join('\n'));
    await put(join(gitDir, 'objects', 'info', 'alternates'), `${filesOf(other)}/objects\n`);
    await put(join(gitDir, 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch ${marker}\n`, 0o700);
    await put(join(gitDir, 'refs', 'commits', secret), `${secret}\n`);
    await expectHonest();
  });

  it.each(['files.git', 'files.git/objects', 'files.git/objects/pack', '.'])(
    'R24D-1 follows no link: %s',
    async (at) => {
      const path = join(folderOf(project), at);
      await rm(path, { recursive: true });
      await symlink(join(folderOf(other), at), path);
      if (at.includes('/')) await put(join(filesOf(project), 'refs', 'commits', secret), `${secret}\n`);
      await expectHonest();
      expect(existsSync(join(filesOf(other), 'refs', 'commits', secret))).toBe(true);
    },
  );

  it('R24D-1 reads no settings of another folder', async () => {
    await put(join(filesOf(project), 'commondir'), `${filesOf(other)}\n`);
    await put(join(filesOf(project), 'refs', 'commits', secret), `${secret}\n`);
    await expectHonest();
  });

  it('R24D-1 writes to no file that a link leads to', async () => {
    const victim = join(host.folder, `victim-${counter}`);
    await put(victim, 'kept');
    const shallow = join(filesOf(project), 'shallow');
    await rename(shallow, `${shallow}.lock`).catch(() => {});
    await symlink(victim, shallow);
    await expectHonest();
    expect(await readFile(victim, 'utf8')).toBe('kept');
  });

  it('R24D-1 keeps its own settings of a history without files', async () => {
    const config = join(folderOf(project), 'history.git', 'config');
    const newer = await remote.commit({ Dockerfile: 'FROM c\n' });
    const newest = await remote.commit({ Dockerfile: 'FROM d\n' });
    await using(async (source) => expect(await source.isAncestor(project, first, newest)).toBe(true));
    expect(await readFile(config, 'utf8')).toBe(partialSettings);
    await put(config, `${wholeSettings}[include]\n\tpath = /nowhere\n`);
    await using(async (source) => expect(await source.isAncestor(project, first, newer)).toBe(true));
    expect(await readFile(config, 'utf8')).toBe(partialSettings);
  });

  it('goes on with a history that an earlier release fetched, and its settings', async () => {
    const config = join(folderOf(project), 'history.git', 'config');
    const newer = await remote.commit({ Dockerfile: 'FROM c\n' });
    await using(async (source) => expect(await source.isAncestor(project, first, newer)).toBe(true));
    const filter = '\tpromisor = true\n\tpartialclonefilter = tree:0\n';
    const former = wholeSettings.replace('version = 0', 'version = 1');
    const extension = `[extensions]\n\tpartialclone = ${project.remoteUrl}\n`;
    await put(config, `${former}[remote "${project.remoteUrl}"]\n${filter}${extension}`);
    const newest = await remote.commit({ Dockerfile: 'FROM d\n' });
    await using(async (source) => {
      expect(await source.isAncestor(project, first, newer)).toBe(true);
      expect(await source.isAncestor(project, newer, newest)).toBe(true);
      expect(await source.isAncestor(project, newest, newer)).toBe(false);
    });
    expect(await readFile(config, 'utf8')).toBe(partialSettings);
  });

  it('disturbs no git of another process that uses the mirror', async () => {
    const others = new AbortController();
    let times = 0;
    const takeOvers = Array.from({ length: 2 }, async () => {
      for (; !others.signal.aborted; times++)
        await using(async (source) =>
          expect((await source.file(project, first, 'Dockerfile', 1_000))?.toString()).toContain('FROM a'),
        );
    });
    try {
      await using(async (source) => {
        for (let at = 0; at < 10; at++) {
          const commit = await remote.commit({ Dockerfile: `FROM n${at}\n` });
          expect((await source.prepare(project, { ref, commit })).commit).toBe(commit);
          expect(await source.isAncestor(project, first, commit)).toBe(true);
          await source.tidy(project);
        }
      });
    } finally {
      others.abort();
      await Promise.all(takeOvers);
    }
    expect(times).toBeGreaterThan(10);
  });
});
