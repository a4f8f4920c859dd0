import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { limitedStart } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitCommand } from './git-command.js';

describe('the start of git', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cooperage-git-command-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Output of a program in the place of git. */
  async function run(lines: readonly string[], args: readonly string[] = []): Promise<string> {
    const gitPath = join(folder, 'git');
    await writeFile(gitPath, ['#!/bin/sh', ...lines].join('\n'));
    await chmod(gitPath, 0o700);
    return (await command(gitPath).run({ args, gitDir: folder })).toString();
  }

  function command(gitPath: string): GitCommand {
    const limits = { maxAllocationBytes: 1_000_000, maxAddressBytes: 700 * 1024 * 1024 };
    return new GitCommand({ gitPath, searchPath: '/usr/bin:/bin', home: folder, ...limits });
  }

  it('R5-B7 bounds the memory of git, and lets the kernel end git first', async () => {
    const limits = ['ulimit -v', 'ulimit -c', 'cat /proc/self/oom_score_adj', 'echo "$GIT_ALLOC_LIMIT"'];
    const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
    expect(await run(limits)).toBe(`716800\n0\n${own < 500 ? 500 : 1000}\n1000000\n`);
  });

  it('R5-B7 starts git also where a lower limit holds already', async () => {
    const { file, args } = limitedStart({ addressBytes: 700 * 1024 * 1024 }, '/bin/sh', ['-c', 'ulimit -v']);
    const lower = ['-c', 'ulimit -v 400000; exec "$@"', 'sh', file, ...args];
    expect((await promisify(execFile)('/bin/sh', lower)).stdout).toBe('400000\n');
  });

  it('S-022 hands each word to git as it is', async () => {
    const words = ['$(id)', '`id`', 'a b', "'", '"', ';', '--', '-c', '*', ''];
    expect(await run(['printf "%s\\n" "$@"'], words)).toBe(`${words.join('\n')}\n`);
  });

  it('says that git is missing when it cannot be run', async () => {
    const start = (gitPath: string) => command(gitPath).run({ args: ['version'], gitDir: folder });
    await writeFile(join(folder, 'none'), 'x', { mode: 0o600 });
    for (const path of ['no-such-git', join(folder, 'gone'), join(folder, 'none')])
      await expect(start(path)).rejects.toMatchObject({ reason: 'missing' });
  });
});
