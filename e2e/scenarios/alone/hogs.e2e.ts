import { existsSync } from 'node:fs';
import path from 'node:path';
import { Product, type Repository } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const mebibyte = 1024 * 1024;
const limits = {
  timeoutMs: 600_000,
  logBytes: 134_217_728,
  memoryBytes: 256 * mebibyte,
  pids: 64,
  cpus: 1,
  diskBytes: 256 * mebibyte,
};

/** Each would take the machine down, or hold it for good; the limit that it meets, and the word for that. */
const hogs = [
  { what: 'a bomb of forks', run: 'f() { f & f; }; f', code: 'StepProcessLimit' },
  { what: 'a memory hog', run: 'exec tail /dev/zero', code: 'StepOutOfMemory' },
  { what: 'a disk filler', run: 'dd if=/dev/zero of=/fill bs=1M count=16384; sleep 600', code: 'DiskLimit' },
  { what: 'an output flood', run: 'yes', code: 'OutputLimit', limits: { logBytes: mebibyte } },
  { what: 'a four-hour sleep', run: 'sleep 14400', code: 'TimedOut', limits: { timeoutMs: 10_000 } },
];

describe('S-041 builds that want everything', () => {
  let product: Product;
  const repositories: Repository[] = [];
  beforeAll(async () => {
    product = await Product.start({ env: { COOPERAGE_BUILD_SLOTS: String(hogs.length + 1) } });
    for (const hog of hogs) repositories.push(await product.repository({ limits: { ...limits, ...hog.limits } }));
  });
  afterAll(() => product.stop());
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') process.stderr.write(`${await product.logs()}\n`);
  });

  it('end with the word for the limit that they met, each; an honest one beside them succeeds, and nothing is left', async () => {
    const begun = await Promise.all(
      hogs.map(({ run, what }, index) =>
        product.push(repositories[index]!, { Dockerfile: `FROM busybox:latest\nRUN echo ${what}; ${run}\n` }),
      ),
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
    expect(ended.map(({ id }) => id).filter((_, index) => groupsOf(repositories[index]!).length > 0)).toEqual([]);
    // The machine is as usable as before.
    const again = await product.push(neighbour, { Dockerfile: 'FROM busybox:latest\nRUN echo again > /word\n' });
    expect(await product.finished(neighbour, again.commit)).toMatchObject({ status: 'succeeded', failure: null });
  });
});

/** The control groups of a project's steps, in either version. */
function groupsOf({ project }: Repository): string[] {
  return ['', 'memory', 'pids', 'cpu', 'blkio']
    .map((controller) => path.join('/sys/fs/cgroup', controller, services().cgroupParent, project.id))
    .filter((folder) => existsSync(folder));
}
