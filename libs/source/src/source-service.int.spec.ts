import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  demandBasic,
  type GitHost,
  startGitHost,
  startGitHttpServer,
  type TestGitRepository,
} from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { createSource, type Source, type SourceOptions, type SourceProject } from './index.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const main = 'refs/heads/main';
const root = { contextPath: '.', dockerfilePath: 'Dockerfile' };

describe('Source', () => {
  let host: GitHost;
  let source: Source;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
    source = makeSource();
  });

  afterAll(async () => {
    await source.close();
    await host.close();
  });

  function makeSource(options: Partial<SourceOptions> = {}): Source {
    return createSource({
      mirrorRoot: join(host.folder, 'mirrors'),
      allowPlainHttp: [host.hostPort],
      retryDelaysMs: [],
      ...options,
    });
  }

  async function fresh(): Promise<{ repository: TestGitRepository; project: SourceProject }> {
    const name = `r${++counter}.git`;
    const repository = await host.repository(name);
    return { repository, project: { id: `p${counter}`, remoteUrl: host.url(name) } };
  }

  it('asks git once what a commit says of itself', async () => {
    const { repository, project } = await fresh();
    const commit = await repository.commit({ a: '1' });
    const first = await source.prepare(project, { ref: main, commit });
    // No git could read it now, and whoever asks one makes the mirror anew.
    const objects = join(host.folder, 'mirrors', mirrorFolder(project), 'files.git', 'objects');
    await rm(objects, { recursive: true });
    expect(await source.prepare(project, { ref: main, commit })).toEqual(first);
    expect(existsSync(objects)).toBe(false);
    const other = makeSource();
    expect(await other.prepare(project, { ref: main, commit })).toEqual(first);
    await other.close();
    expect(existsSync(objects)).toBe(true);
  });

  it('reads branches, tags and the default branch', async () => {
    const { repository, project } = await fresh();
    const first = await repository.commit({ a: '1' });
    const second = await repository.commit({ a: '2' }, { ref: 'refs/heads/feature/x' });
    const tag = `object ${first}\ntype commit\ntag v1\ntagger T <t@example.invalid> 1 +0000\n\nv1\n`;
    await repository.git(['update-ref', 'refs/tags/v1', (await repository.git(['mktag'], Buffer.from(tag))).trim()]);
    await repository.git(['update-ref', 'refs/tags/light', second]);
    const { commits, defaultBranch } = await source.refs(project);
    expect(defaultBranch).toBe(main);
    expect(commits.get(main)).toBe(first);
    expect(commits.get('refs/heads/feature/x')).toBe(second);
    expect(commits.get('refs/tags/light')).toBe(second);
    expect(commits.get('refs/tags/v1')).toBe(first);
  });

  it('R5-B3 reads the commit of one branch', async () => {
    const { repository, project } = await fresh();
    const first = await repository.commit({ a: '1' });
    await repository.commit({ a: '2' }, { ref: 'refs/heads/x/refs/heads/main' });
    expect(await source.readBranch(project, main)).toBe(first);
    expect(await source.readBranch(project, 'refs/heads/gone')).toBeNull();
    expect(await source.readBranch(project, '--upload-pack=x')).toBeNull();
  });

  it('brings one exact commit, without its history, and says what it is', async () => {
    const { repository, project } = await fresh();
    const first = await repository.commit({ Dockerfile: 'FROM a\n' }, { message: 'First\n\nBody' });
    const second = await repository.commit({ Dockerfile: 'FROM b\n' }, { atSeconds: 1_700_000_123 });
    const facts = await source.prepare(project, { ref: main, commit: first });
    expect(facts).toMatchObject({ commit: first, subject: 'First', authorName: 'Test Author' });
    expect((await source.prepare(project, { ref: main, commit: second })).committedAtSeconds).toBe(1_700_000_123);
    const text = async (commit: string) =>
      Buffer.from((await source.context(project, commit, root)).dockerfile.content).toString();
    expect([await text(first), await text(second)]).toEqual(['FROM a\n', 'FROM b\n']);
  });

  it('asks the host once for a commit, however many builds want it', async () => {
    const { repository, project } = await fresh();
    const commit = await repository.commit({ a: '1' });
    const before = host.server.requests.length;
    await Promise.all(Array.from({ length: 8 }, () => source.prepare(project, { ref: main, commit })));
    const asked = host.server.requests.slice(before).filter((request) => request.startsWith('POST'));
    expect(asked).toHaveLength(1);
  });

  it('lets two processes share a mirror', async () => {
    const { repository, project } = await fresh();
    const other = makeSource();
    const commits = [];
    for (let i = 0; i < 6; i++) commits.push(await repository.commit({ a: String(i) }));
    await Promise.all(commits.map((commit, i) => (i % 2 ? other : source).prepare(project, { ref: main, commit })));
    await other.close();
    expect(
      await readdir(join(host.folder, 'mirrors', mirrorFolder(project), 'files.git', 'refs', 'commits')),
    ).toHaveLength(6);
  });

  it('says that a commit is gone after a force push, and never takes another', async () => {
    const { repository, project } = await fresh();
    await repository.commit({ a: '1' });
    const gone = 'd'.repeat(40);
    const failure = await failureOf(source.prepare(project, { ref: main, commit: gone }));
    expect(failure.code).toBe('RefNotFound');
    expect(failure.message).not.toContain(host.folder);
  });

  it('refuses an object that is no commit', async () => {
    const { repository, project } = await fresh();
    const commit = await repository.commit({ a: '1' });
    const tree = (await repository.git(['rev-parse', `${commit}^{tree}`])).trim();
    expect((await failureOf(source.prepare(project, { ref: main, commit: tree }))).code).toBe('RefNotFound');
  });

  it('finds a commit by its branch where the host gives commits only by name', async () => {
    const old = await startGitHttpServer({ root: host.served, oldProtocol: true });
    const { repository, project: modern } = await fresh();
    const commits = [];
    for (let i = 0; i < 5; i++) commits.push(await repository.commit({ a: String(i) }));
    const project = { id: `${modern.id}-old`, remoteUrl: `${old.origin}/r${counter}.git` };
    const oldSource = makeSource({ allowPlainHttp: [`127.0.0.1:${old.port}`] });
    for (const commit of [commits[4]!, commits[1]!])
      expect((await oldSource.prepare(project, { ref: main, commit })).commit).toBe(commit);
    const failure = await failureOf(oldSource.prepare(project, { ref: main, commit: 'e'.repeat(40) }));
    expect(failure.code).toBe('RefNotFound');
    await oldSource.close();
    await old.close();
  });

  it('tells ancestors from others, through a cut history and across a force push', async () => {
    const { repository, project } = await fresh();
    const commits = [];
    for (let i = 0; i < 90; i++) commits.push(await repository.commit({ a: String(i) }));
    const [first, early, last] = [commits[0]!, commits[50]!, commits[89]!];
    const forced = await repository.commit({ b: '1' }, { parents: [early] });
    expect(await source.isAncestor(project, early, last)).toBe(true);
    expect(await source.isAncestor(project, first, last)).toBe(true);
    expect(await source.isAncestor(project, last, early)).toBe(false);
    expect(await source.isAncestor(project, last, forced)).toBe(false);
    expect(await source.isAncestor(project, first, forced)).toBe(true);
    expect(await source.isAncestor(project, 'f'.repeat(40), last)).toBe(false);
    expect(await source.isAncestor(project, last, last)).toBe(true);
  });

  it('knows the parent of a commit that it has, without asking the host', async () => {
    const { repository, project } = await fresh();
    const [parent, child] = [await repository.commit({ a: '1' }), await repository.commit({ a: '2' })];
    await source.prepare(project, { ref: main, commit: child });
    const before = host.server.requests.length;
    expect(await source.isAncestor(project, parent, child)).toBe(true);
    expect(host.server.requests).toHaveLength(before);
  });

  it('asks neither the host nor git a second time how two commits stand', async () => {
    const { repository, project } = await fresh();
    const [first, second] = [await repository.commit({ a: '1' }), await repository.commit({ a: '2' })];
    const last = await repository.commit({ a: '3' });
    const answers = async () => [
      await source.isAncestor(project, first, last),
      await source.isAncestor(project, last, second),
    ];
    expect(await answers()).toEqual([true, false]);
    const before = host.server.requests.length;
    await rm(join(host.folder, 'mirrors', mirrorFolder(project)), { recursive: true });
    expect(await answers()).toEqual([true, false]);
    expect(host.server.requests).toHaveLength(before);
  });

  it('takes no offence at an old commit with a slip in it', async () => {
    const { repository, project } = await fresh();
    const good = await repository.commit({ a: '1' });
    const tree = (await repository.git(['rev-parse', `${good}^{tree}`])).trim();
    const body = `tree ${tree}\nparent ${good}\nauthor A<a@b> 1 +0000\ncommitter A<a@b> 1 +0000\n\nx\n`;
    const write = ['hash-object', '--literally', '-w', '-t', 'commit', '--stdin'];
    const slip = (await repository.git(write, Buffer.from(body))).trim();
    const head = await repository.commit({ a: '2' }, { parents: [slip] });
    expect(await source.isAncestor(project, good, head)).toBe(true);
    expect((await source.prepare(project, { ref: main, commit: head })).parents).toEqual([slip]);
  });

  it('does not guess about ancestors beyond its limit', async () => {
    const { repository, project } = await fresh();
    const commits = [];
    for (let i = 0; i < 90; i++) commits.push(await repository.commit({ a: String(i) }));
    const short = makeSource({ mirrorRoot: join(host.folder, 'short'), limits: { maxHistoryCommits: 64 } });
    expect(await short.isAncestor(project, commits[0]!, commits[89]!)).toBeUndefined();
    expect(await short.isAncestor(project, commits[80]!, commits[89]!)).toBe(true);
    await short.close();
  });

  it('names the paths that changed', async () => {
    const { repository, project } = await fresh();
    const from = await repository.commit({ 'a/x': '1', 'a/y': '1', old: 'same', 'ü ü': '1' });
    const to = await repository.commit({ 'a/x': '2', 'a/y': '1', renamed: 'same', 'ü ü': { executable: '1' } });
    expect([...(await source.changedPaths(project, from, to))].sort()).toEqual(['a/x', 'old', 'renamed', 'ü ü']);
    expect(await source.changedPaths(project, to, to)).toEqual([]);
  });

  it('R4-P2 says of nested folders that name ten million paths that they are too many', async () => {
    const { repository, project } = await fresh();
    const from = await repository.commit({ a: '1' });
    const blob = (await repository.git(['hash-object', '-w', '--stdin'], Buffer.from('x'))).trim();
    let entry = `100644 blob ${blob}`;
    for (const width of [100, 1_000, 100]) {
      const names = Array.from({ length: width }, (_, at) => `${entry}\t${'n'.repeat(30)}${at}\n`);
      entry = `040000 tree ${(await repository.git(['mktree'], Buffer.from(names.join('')))).trim()}`;
    }
    const person = 'T <t@example.invalid> 1 +0000';
    const text = `tree ${entry.split(' ')[2]}\nparent ${from}\nauthor ${person}\ncommitter ${person}\n\nbomb\n`;
    const to = (await repository.git(['hash-object', '-w', '-t', 'commit', '--stdin'], Buffer.from(text))).trim();
    await repository.git(['update-ref', main, to]);
    await source.prepare(project, { ref: main, commit: to });
    expect(await source.changedPaths(project, from, to)).toBe('too_many');
    expect(await source.changedPaths(project, to, from)).toBe('too_many');
  });

  it('stops everything when it is told to', async () => {
    const hanging = await startGitHttpServer({ root: host.served, intercept: () => true });
    const project = { id: 'hanging', remoteUrl: `${hanging.origin}/a.git` };
    const stopped = makeSource({ allowPlainHttp: [`127.0.0.1:${hanging.port}`] });
    const reason = new Error('the build was canceled');
    const abort = new AbortController();
    const preparing = stopped.prepare(project, { ref: main, commit: 'a'.repeat(40) }, abort.signal);
    setTimeout(() => abort.abort(reason), 200);
    await expect(preparing).rejects.toBe(reason);
    await expect(stopped.refs(project, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await gitProcesses(hanging.origin)).toEqual([]);
    await hanging.close();
    await stopped.close();
  });

  it('waits for a host that is away, says so, and then goes on', async () => {
    let isAway = true;
    const flaky = await startGitHttpServer({
      root: host.served,
      intercept: (request) => isAway && Boolean(request.socket.destroy()),
    });
    const { repository, project: direct } = await fresh();
    const commit = await repository.commit({ a: '1' });
    const project = { id: `${direct.id}-flaky`, remoteUrl: `${flaky.origin}/r${counter}.git` };
    const patient = makeSource({ allowPlainHttp: [`127.0.0.1:${flaky.port}`], retryDelaysMs: [10, 20, 30] });
    const reasons: string[] = [];
    const facts = await patient.prepare(project, { ref: main, commit }, undefined, (notice) => {
      reasons.push(notice.reason.code);
      isAway = notice.failedTry < 2;
    });
    expect(facts.commit).toBe(commit);
    expect(reasons).toEqual(['SourceUnavailable', 'SourceUnavailable']);
    isAway = true;
    expect((await failureOf(patient.refs(project))).code).toBe('SourceUnavailable');
    await flaky.close();
    expect((await failureOf(patient.prepare(project, { ref: main, commit: 'a'.repeat(40) }))).code).toBe(
      'SourceUnavailable',
    );
    await patient.close();
  });

  it('uses credentials for the one project they belong to', async () => {
    const closed = await startGitHttpServer({ root: host.served, intercept: demandBasic('token', 's3cret') });
    const { repository, project: direct } = await fresh();
    const commit = await repository.commit({ a: '1' });
    const project: SourceProject = { id: `${direct.id}-closed`, remoteUrl: `${closed.origin}/r${counter}.git` };
    const reader = makeSource({ allowPlainHttp: [`127.0.0.1:${closed.port}`] });
    const basic = (password: string): SourceProject => ({
      ...project,
      credentials: { kind: 'basic', username: 'token', password },
    });
    expect((await failureOf(reader.refs(project))).code).toBe('SourceAccessDenied');
    expect((await failureOf(reader.refs(basic('wrong')))).code).toBe('SourceAccessDenied');
    expect((await failureOf(reader.refs(basic('a\r\nb')))).code).toBe('SourceAccessDenied');
    expect((await reader.refs(basic('s3cret'))).commits.get(main)).toBe(commit);
    expect((await reader.prepare(basic('s3cret'), { ref: main, commit })).commit).toBe(commit);
    expect((await failureOf(reader.refs({ ...project, credentials: { kind: 'sshKey', privateKey: 'x' } }))).code).toBe(
      'SourceAccessDenied',
    );
    await reader.close();
    await closed.close();
  });

  it('R-H3 takes a commit from the address that it is asked for, and not from another one of the same project', async () => {
    const [evil, victim] = [await fresh(), await fresh()];
    const commit = await evil.repository.commit({ Dockerfile: 'FROM evil\n' });
    const honest = await victim.repository.commit({ Dockerfile: 'FROM honest\n' });
    await source.prepare(evil.project, { ref: main, commit });
    const moved = { ...evil.project, remoteUrl: victim.project.remoteUrl };
    expect((await failureOf(source.prepare(moved, { ref: main, commit }))).code).toBe('RefNotFound');
    expect(await source.isAncestor(moved, commit, honest)).toBe(false);
    expect((await source.prepare(moved, { ref: main, commit: honest })).commit).toBe(honest);
    // What was built before is found where it came from.
    expect((await source.context(evil.project, commit, root)).files).toHaveLength(1);
    await source.remove(moved);
    expect(await readdir(join(host.folder, 'mirrors'))).not.toContain(moved.id);
  });

  it('removes the mirror that a project had before each address had its own', async () => {
    const { repository, project } = await fresh();
    const former = join(host.folder, 'mirrors', project.id, 'files.git');
    await mkdir(former, { recursive: true });
    await source.prepare(project, { ref: main, commit: await repository.commit({ a: '1' }) });
    await expect(readdir(former)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('makes a broken mirror anew', async () => {
    const { repository, project } = await fresh();
    const first = await repository.commit({ Dockerfile: 'FROM a\n' });
    await source.prepare(project, { ref: main, commit: first });
    await writeFile(join(host.folder, 'mirrors', mirrorFolder(project), 'files.git', 'config'), '[broken');
    const second = await repository.commit({ Dockerfile: 'FROM b\n' });
    expect((await source.prepare(project, { ref: main, commit: second })).commit).toBe(second);
    expect((await source.context(project, second, root)).files).toHaveLength(1);
  });

  it('keeps mirrors small, and forgets a project', async () => {
    const { repository, project } = await fresh();
    const commits = [];
    for (let i = 0; i < 45; i++) {
      commits.push(await repository.commit({ Dockerfile: `FROM a${i}\n` }));
      await source.prepare(project, { ref: main, commit: commits[i]! });
    }
    await source.tidy(project);
    const packs = await readdir(join(host.folder, 'mirrors', mirrorFolder(project), 'files.git', 'objects', 'pack'));
    expect(packs.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
    expect((await source.context(project, commits[44]!, root)).files).toHaveLength(1);
    await repository.commit({ Dockerfile: 'FROM z\n' });
    expect((await source.prepare(project, { ref: main, commit: commits[0]! })).commit).toBe(commits[0]);
    await source.remove(project);
    expect(await readdir(join(host.folder, 'mirrors'))).not.toContain(project.id);
    expect((await source.prepare(project, { ref: main, commit: commits[0]! })).commit).toBe(commits[0]);
  });

  it('R12B-3 reads files from the mirror alone, and says where that does not have the commit', async () => {
    const { repository, project } = await fresh();
    const commit = await repository.commit({ Dockerfile: 'FROM a\n' });
    // Its host has it, and is not asked.
    expect((await failureOf(source.context(project, commit, root))).code).toBe('SourceUnavailable');
    await source.prepare(project, { ref: main, commit });
    expect((await source.context(project, commit, root)).files).toHaveLength(1);
  });

  it('R11-7 forgets old commits where there are very many, though they came in few packs', async () => {
    const { repository, project } = await fresh();
    const commit = await repository.commit({ Dockerfile: 'FROM a\n' });
    await source.prepare(project, { ref: main, commit });
    const folder = join(host.folder, 'mirrors', mirrorFolder(project), 'files.git', 'refs', 'commits');
    const keep = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, at) =>
          writeFile(join(folder, at.toString(16).padStart(40, '0')), `${commit}\n`),
        ),
      );
    await keep(999);
    await source.tidy(project);
    expect(await readdir(folder)).toHaveLength(1_000);
    await keep(1_100);
    await source.tidy(project);
    expect((await readdir(folder)).length).toBeLessThanOrEqual(20);
    await source.prepare(project, { ref: main, commit });
    expect((await source.context(project, commit, root)).files).toHaveLength(1);
  });

  it('refuses ids and commits that are none', async () => {
    const bad = { id: '../x', remoteUrl: host.url('r1.git') };
    expect((await failureOf(source.refs(bad))).code).toBe('InvalidBuildConfig');
    const { project } = await fresh();
    for (const commit of ['', 'HEAD', '--help', 'A'.repeat(40), 'main'])
      expect((await failureOf(source.prepare(project, { ref: main, commit }))).code).toBe('RefNotFound');
  });
});

/** Command lines of git processes that name this address. */
async function gitProcesses(origin: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('git') && line.includes(origin));
}
