import { randomBytes } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitHost, startGitHost } from '@cooperage/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GitCommand } from '../git/git-command.js';
import { createSource, defaultSourceLimits } from '../index.js';
import { sourceSettings } from '../source-options.js';
import { BareRepository } from './bare-repository.js';
import { mirrorFolder } from './mirror-shelf.js';
import { type TidyContext, tidy } from './tidy.js';

const main = 'refs/heads/main';
const size = 8_000_000;
/** A floor that no disk can hold. */
const unreachable = Number.MAX_SAFE_INTEGER;

describe('R15B-1 to tidy a mirror of many packs', () => {
  let host: GitHost;
  let mirror: string;
  let gitDir: string;
  let counter = 0;

  beforeAll(async () => {
    host = await startGitHost();
    const repository = await host.repository('r.git');
    const project = { id: 'p', remoteUrl: host.url('r.git') };
    const mirrorRoot = join(host.folder, 'mirrors');
    const source = createSource({ mirrorRoot, allowPlainHttp: [host.hostPort], retryDelaysMs: [] });
    for (let at = 0; at < 42; at++) {
      const commit = await repository.commit({ [`f${at}`]: at === 40 ? randomBytes(size) : `${at}` });
      await source.prepare(project, { ref: main, commit });
    }
    await source.close();
    mirror = join(mirrorRoot, mirrorFolder(project), 'files.git');
  });
  afterAll(() => host.close());
  beforeEach(async () => {
    gitDir = join(host.folder, `copy-${++counter}.git`);
    await cp(mirror, gitDir, { recursive: true, preserveTimestamps: true });
  });

  const packFiles = () => readdir(join(gitDir, 'objects', 'pack'));
  const kept = () => readdir(join(gitDir, 'refs', 'commits'));
  const gitOf = (gitPath = 'git') =>
    sourceSettings({ mirrorRoot: join(host.folder, 'mirrors'), allowPlainHttp: [], gitPath }).git;
  const tidied = (limits: Partial<TidyContext['limits']>, git: GitCommand = gitOf()) =>
    tidy({
      ...{ git, repository: new BareRepository(git, gitDir) },
      lock: { noteHelper: async () => undefined },
      limits: Object.defineProperties({ ...defaultSourceLimits }, Object.getOwnPropertyDescriptors(limits)),
    });
  /** A git that writes a pack, as it does, and then goes on as a test says. */
  const gitThatRepacks = async (end: string) => {
    const path = join(host.folder, `git-${++counter}`);
    const lines = [
      '#!/bin/sh',
      '[ "$1" = repack ] || exec git "$@"',
      'head -c 100000 /dev/zero >"$GIT_DIR/objects/pack/tmp_pack_x1Y2z3"',
      end,
    ];
    await writeFile(path, lines.join('\n'), { mode: 0o755 });
    return gitOf(path);
  };

  it('R15B-1 packs it together where there is room for that', async () => {
    await tidied({});
    expect((await packFiles()).filter((name) => name.endsWith('.pack'))).toHaveLength(1);
    expect(await kept()).toHaveLength(20);
  });

  it.each([
    ['the disk is at its floor', () => unreachable],
    [
      'what is written would lie below the floor',
      () => {
        const { bavail, bsize } = statfsSync(gitDir);
        return bavail * bsize - size / 2;
      },
    ],
  ])('R15B-1 leaves it as it is where %s', async (_where, floor) => {
    const before = [await packFiles(), await kept()];
    await tidied({
      get minFreeBytes() {
        return floor();
      },
    });
    expect([await packFiles(), await kept()]).toEqual(before);
  });

  it('R15B-1 ends where the disk comes to its floor meanwhile, and leaves nothing of what it wrote', async () => {
    const before = await packFiles();
    const git = await gitThatRepacks('exec sleep 600');
    const limits = {
      get minFreeBytes() {
        return existsSync(join(gitDir, 'objects', 'pack', 'tmp_pack_x1Y2z3')) ? unreachable : 0;
      },
    };
    await expect(tidied(limits, git)).rejects.toMatchObject({
      code: 'DiskFull',
      message: expect.stringMatching(/^A mirror was not tidied\. The disk has .+ left, and keeps .+ free\.$/),
    });
    expect(await packFiles()).toEqual(before);
  });

  it('R15B-1 leaves nothing of what git wrote that failed', async () => {
    const before = await packFiles();
    const git = await gitThatRepacks('echo "fatal: sha1 file write error. Out of diskspace" >&2; exit 128');
    await expect(tidied({}, git)).rejects.toThrow('128');
    expect(await packFiles()).toEqual(before);
  });

  it('R16B-1 ends where what it writes is larger than what was there, and leaves nothing of it', async () => {
    const before = await packFiles();
    const git = await gitThatRepacks(
      'head -c 60000000 /dev/zero >>"$GIT_DIR/objects/pack/tmp_pack_x1Y2z3"; exec sleep 600',
    );
    await expect(tidied({}, git)).rejects.toMatchObject({ code: 'SourceTooLarge' });
    expect(await packFiles()).toEqual(before);
  });
});
