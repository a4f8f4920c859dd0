import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Installation, Repository } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

const mebibyte = 1024 * 1024;
const limits = {
  timeoutMs: 600_000,
  logBytes: 134_217_728,
  memoryBytes: 256 * mebibyte,
  pids: 64,
  cpus: 1,
  diskBytes: 256 * mebibyte,
};

const step = (run: string) => `FROM busybox:latest\nRUN ${run}\n`;
/** Writes until there is no room, and stays. */
export const diskFiller = step('dd if=/dev/zero of=/fill bs=1M count=16384; sleep 600');
const lines = 1_000_000;

/** Each would take the machine down, or hold it for good; the limit that it meets, and the word for that. */
const all = [
  { what: 'a bomb of forks', file: step('f() { f & f; }; f'), code: 'StepProcessLimit' },
  { what: 'a memory hog', file: step('exec tail /dev/zero'), code: 'StepOutOfMemory' },
  { what: 'a disk filler', file: diskFiller, code: 'DiskLimit' },
  { what: 'an output flood', file: step('yes'), code: 'OutputLimit', limits: { logBytes: mebibyte } },
  { what: 'a four-hour sleep', file: step('sleep 14400'), code: 'TimedOut', limits: { timeoutMs: 10_000 } },
  { what: 'a million lines', file: `${step('true')}${'#\n'.repeat(lines)}`, code: 'DockerfileInvalid' },
];

/**
 * @param tag of a row of the scorecard, for the titles
 * @param but what is not limited here, by its code
 */
export function hogs(suite: Suite, tag = '', but: readonly string[] = []): void {
  const hogs = all.filter(({ code }) => !but.includes(code));
  describe('S-041 builds that want everything', () => {
    let product: Installation;
    const repositories: Repository[] = [];
    beforeAll(async () => {
      product = suite.product;
      for (const hog of hogs) repositories.push(await product.repository({ limits: { ...limits, ...hog.limits } }));
    });

    it(`end with the word for the limit that they met, each; an honest one beside them succeeds, and nothing is left${tag}`, async () => {
      const begun = await Promise.all(
        hogs.map(({ file }, index) => product.push(repositories[index]!, { Dockerfile: file })),
      );
      const neighbour = await product.repository({ limits });
      const honest = await product.push(neighbour, { Dockerfile: 'FROM busybox:latest\nRUN echo honest > /word\n' });
      expect(await product.finished(neighbour, honest.commit)).toMatchObject({ status: 'succeeded', failure: null });

      const ended = await Promise.all(begun.map(({ commit }, index) => product.finished(repositories[index]!, commit)));
      const told = ended.map(({ failure, attempts }, index) => {
        const { what, code } = hogs[index]!;
        return { what, code: failure?.code, expected: code, attempts: attempts.length };
      });
      expect(told).toEqual(hogs.map(({ what, code }) => ({ what, code, expected: code, attempts: 1 })));
      for (const repository of repositories) expect(await groupsOf(repository)).toBe('');
      // The machine is as usable as before.
      const again = await product.push(neighbour, { Dockerfile: 'FROM busybox:latest\nRUN echo again > /word\n' });
      expect(await product.finished(neighbour, again.commit)).toMatchObject({ status: 'succeeded', failure: null });
    });

    it(`S-047 a Dockerfile of a million lines that is small enough is built like any other${tag}`, async () => {
      const repository = await product.repository({ limits });
      const Dockerfile = `${step('echo first')}${'\n'.repeat(lines)}RUN echo last\n`;
      const { commit } = await product.push(repository, { Dockerfile });
      const build = await product.finished(repository, commit);
      expect(build).toMatchObject({ status: 'succeeded', failure: null });
      await product.cosign(repository, 'verify', build.digest!);
    });
  });
}

/** The control groups of a project's steps, wherever its engine has them. */
async function groupsOf({ project }: Repository): Promise<string> {
  const { stdout } = await promisify(execFile)('find', ['/sys/fs/cgroup', '-type', 'd', '-name', project.id]);
  return stdout;
}
