import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GitHost, startGitHost, TestGitRepository } from '@cooperage/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../spec/failure-of.js';
import { createSource, type Source, type SourceLimits, type SourceProject } from './index.js';
import { mirrorFolder } from './mirror/mirror-shelf.js';

const ref = 'refs/heads/main';
const root = { contextPath: '.', dockerfilePath: 'Dockerfile' };
const large = Buffer.alloc(400_000, 'honest  ');
const files = { Dockerfile: 'FROM a\n', small: 'honest', large, 'folder/file': '1', link: { symlink: 'small' } };
const broken = { code: 'SourceUnavailable' };

/** What somebody leaves in a mirror: `git cat-file` prints it under whatever id it lies. */
describe('R22D-5 a mirror with other objects than their ids say', () => {
  let host: GitHost;
  let source: Source;
  let project: SourceProject;
  let remote: TestGitRepository;
  let mirror: TestGitRepository;
  let commit: string;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
  });
  afterAll(() => host.close());

  beforeEach(async () => {
    const name = `b${++counter}.git`;
    remote = await host.repository(name);
    commit = await remote.commit(files);
    project = { id: `b${counter}`, remoteUrl: host.url(name) };
    source = makeSource();
    await source.prepare(project, { ref, commit });
    mirror = await TestGitRepository.create(join(host.folder, 'mirrors', mirrorFolder(project), 'files.git'));
    return () => source.close();
  });

  function makeSource(limits: Partial<SourceLimits> = {}): Source {
    const mirrorRoot = join(host.folder, 'mirrors');
    return createSource({ mirrorRoot, allowPlainHttp: [host.hostPort], retryDelaysMs: [], limits });
  }

  const idOf = async (path: string) => (await remote.git(['rev-parse', `${commit}${path}`])).trim();

  /** Puts another object's file in the place of one, loose or in a pack. A source that has read before has both in memory. */
  async function exchange(id: string, type: string, content: string | Buffer, isPacked = false): Promise<void> {
    await source.close();
    source = makeSource();
    await unpack();
    const write = ['hash-object', '-w', '--literally', '-t', type, '--stdin'];
    const other = (await mirror.git(write, Buffer.from(content))).trim();
    await rm(looseFile(id), { force: true });
    await copyFile(looseFile(other), looseFile(id));
    if (isPacked) await packUnder(id, other);
  }

  const looseFile = (id: string) => join(mirror.path, 'objects', id.slice(0, 2), id.slice(2));

  async function unpack(): Promise<void> {
    const folder = join(mirror.path, 'objects', 'pack');
    const packs = (await readdir(folder)).filter((name) => name.endsWith('.pack'));
    const contents = await Promise.all(packs.map((name) => readFile(join(folder, name))));
    await rm(folder, { recursive: true });
    await mkdir(folder);
    for (const pack of contents) await mirror.git(['unpack-objects', '-q'], pack);
  }

  /** The other object alone in a pack, in whose index the id stands for it. */
  async function packUnder(id: string, other: string): Promise<void> {
    await rm(looseFile(id));
    const name = join(mirror.path, 'objects', 'pack', 'pack');
    const sum = (await mirror.git(['pack-objects', '-q', name], Buffer.from(`${other}\n`))).trim();
    const index = await readFile(`${name}-${sum}.idx`);
    // Version 2 of its form: eight bytes, 256 counts of ids up to each first byte, and then the ids.
    for (let byte = 0; byte < 256; byte++)
      index.writeUInt32BE(byte >= Number.parseInt(id.slice(0, 2), 16) ? 1 : 0, 8 + 4 * byte);
    Buffer.from(id, 'hex').copy(index, 8 + 4 * 256);
    await chmod(`${name}-${sum}.idx`, 0o600);
    await writeFile(`${name}-${sum}.idx`, index);
  }

  async function contents(): Promise<Record<string, string>> {
    const context = await source.context(project, commit, root);
    const read: Record<string, string> = {};
    for (const file of context.files.filter(({ kind }) => kind === 'file')) {
      const content = file.read();
      const parts: Uint8Array[] = [];
      if (content instanceof Promise) parts.push(await content);
      else for await (const part of content) parts.push(part);
      read[file.path] = Buffer.concat(parts).toString();
    }
    return read;
  }

  const honest = { Dockerfile: 'FROM a\n', small: 'honest', large: large.toString(), 'folder/file': '1' };

  /** What a build does: its next attempt fetches, and reads. */
  async function expectMadeAnew(): Promise<void> {
    await source.prepare(project, { ref, commit });
    expect(await contents()).toEqual(honest);
  }

  it.each([false, true])('R22D-5 sends none of a small file (in a pack: %s)', async (isPacked) => {
    await exchange(await idOf(':small'), 'blob', 'theirs', isPacked);
    expect(await failureOf(contents())).toMatchObject(broken);
    await expectMadeAnew();
  });

  it.each([':small', ':large', ':folder'])('R23B-1 makes a mirror anew in which git cannot read %s', async (name) => {
    await source.close();
    source = makeSource();
    await unpack();
    const file = looseFile(await idOf(name));
    const damaged = await readFile(file);
    // Its head is whole, and says what was there.
    damaged.fill(0xff, damaged.length - 12);
    await chmod(file, 0o600);
    await writeFile(file, damaged);
    expect(await failureOf(contents())).toMatchObject(broken);
    await expectMadeAnew();
  });

  it.each([
    ['small', 200_000],
    ['large', 300_000],
  ])('R24A-3 keeps a mirror of which git lacks the memory to read a file: %s', async (name, size) => {
    commit = await remote.commit({ ...files, [name]: Buffer.alloc(size, 'content ') });
    await source.prepare(project, { ref, commit });
    const lacking = makeSource({ maxObjectMemoryBytes: 150_000 });
    const { files: listed } = await lacking.context(project, commit, root);
    const file = listed.find(({ path }) => path === name)!;
    const reading = (async () => {
      const content = file.read();
      if (content instanceof Promise) await content;
      else for await (const _piece of content);
    })();
    const tooLarge = { code: 'SourceTooLarge', message: expect.stringContaining('Git may use 256 MiB') };
    expect(await failureOf(reading)).toMatchObject(tooLarge);
    await lacking.close();
    expect(await source.context(project, commit, root)).toMatchObject({ files: expect.any(Array) });
    expect((await contents())[name]).toHaveLength(size);
  });

  it('R24A-3 keeps it also where git lacks the memory for what is asked for first', async () => {
    commit = await remote.commit({ ...files, Dockerfile: Buffer.alloc(200_000, '# a\n') });
    await source.prepare(project, { ref, commit });
    const lacking = makeSource({ maxObjectMemoryBytes: 150_000 });
    const reading = lacking.file(project, commit, 'Dockerfile', 1_000_000);
    expect((await failureOf(reading)).code).toBe('SourceTooLarge');
    await lacking.close();
    expect((await contents()).small).toBe('honest');
  });

  it('R22D-5 sends no large file to its end', async () => {
    await exchange(await idOf(':large'), 'blob', Buffer.alloc(large.length, 'theirs  '));
    const { files: listed } = await source.context(project, commit, root);
    const pieces = listed.find(({ path }) => path === 'large')!.read() as AsyncIterable<Uint8Array>;
    const reading = (async () => {
      for await (const _piece of pieces);
    })();
    expect(await failureOf(reading)).toMatchObject(broken);
    await expectMadeAnew();
  });

  it('R22D-5 follows no link and reads no Dockerfile', async () => {
    await exchange(await idOf(':link'), 'blob', 'theirs');
    expect(await failureOf(contents())).toMatchObject(broken);
    await expectMadeAnew();
    await exchange(await idOf(':Dockerfile'), 'blob', 'FROM b\n');
    expect(await failureOf(source.file(project, commit, 'Dockerfile', 1_000))).toMatchObject(broken);
    await expectMadeAnew();
  });

  it.each([':', ':folder'])('R22D-5 lists no tree: %s', async (path) => {
    const blob = await idOf(':small');
    const other = await remote.git(['mktree'], Buffer.from(`100644 blob ${blob}\tDockerfile\n`));
    const tree = treeOf(await remote.git(['cat-file', '-p', other.trim()]));
    await exchange(await idOf(path), 'tree', tree);
    expect(await failureOf(contents())).toMatchObject(broken);
    await expectMadeAnew();
  });

  it('R22D-5 takes no tree that is gone for an empty one', async () => {
    await exchange(await idOf(':folder'), 'tree', '');
    await rm(looseFile(await idOf(':folder')));
    expect(await failureOf(source.file(project, commit, 'folder/file', 10))).toMatchObject(broken);
    await expectMadeAnew();
  });

  it('R22D-5 compares no tree', async () => {
    const before = commit;
    commit = await remote.commit({ ...files, small: 'newer' });
    await source.prepare(project, { ref, commit });
    await exchange(await idOf(':'), 'tree', '');
    expect(await failureOf(source.changedPaths(project, before, commit))).toMatchObject(broken);
    expect(await source.changedPaths(project, before, commit)).toEqual(['small']);
  });

  it('R22D-5 fetches a commit anew at once, also one that somebody else has put there', async () => {
    const tree = await idOf(':folder');
    const text = `tree ${tree}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\ntheirs\n`;
    await exchange(commit, 'commit', text);
    expect(await failureOf(contents())).toMatchObject(broken);
    await source.prepare(project, { ref, commit });
    await exchange(commit, 'commit', text);
    expect((await source.prepare(project, { ref, commit })).subject).toBe('A change');
    const newer = await remote.commit({ ...files, small: 'newer' });
    await mkdir(dirname(looseFile(newer)), { recursive: true });
    await exchange(newer, 'commit', text);
    await writeFile(join(mirror.path, 'refs', 'commits', newer), `${newer}\n`);
    expect((await source.prepare(project, { ref, commit: newer })).subject).toBe('A change');
  });

  it('R22D-5 keeps what was fetched since, whoever meets the old fault', async () => {
    await exchange(await idOf(':small'), 'blob', 'theirs');
    const { files: listed } = await source.context(project, commit, root);
    const read = () => listed.find(({ path }) => path === 'small')!.read() as Promise<Uint8Array>;
    expect(await failureOf(read())).toMatchObject(broken);
    await source.prepare(project, { ref, commit });
    await rm(join(mirror.path, 'objects', 'pack'), { recursive: true });
    expect(await failureOf(read())).toMatchObject(broken);
    expect(await readdir(join(mirror.path, 'refs', 'commits'))).toEqual([commit]);
  });

  it('R22D-5 fetches a difference to a broken file whole', async () => {
    await exchange(await idOf(':large'), 'blob', Buffer.alloc(large.length, 'theirs  '));
    const newer = Buffer.concat([large, Buffer.from('more')]);
    commit = await remote.commit({ ...files, large: newer });
    await source.prepare(project, { ref, commit });
    expect(await contents()).toEqual({ ...honest, large: newer.toString() });
  });
});

/** The bytes of a tree of one file, of what git shows of it. */
function treeOf(shown: string): Buffer {
  const [, mode, id, name] = /^(\d+) blob ([0-9a-f]+)\t(.*)\n$/.exec(shown)!;
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id!, 'hex')]);
}
