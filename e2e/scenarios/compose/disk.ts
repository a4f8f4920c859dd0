import { execFile } from 'node:child_process';
import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ComposeProduct, Repository } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import { diskFiller } from '../shared/hogs.js';
import type { Suite } from '../shared/suite.js';

const mebibyte = 1024 * 1024;
/** So few processors that the disk is not full between two looks. */
const limits = {
  ...{ timeoutMs: 600_000, logBytes: mebibyte, memoryBytes: 256 * mebibyte, pids: 64, cpus: 0.5 },
  diskBytes: null,
};
/** Some more than the twentieth that the disk keeps free. */
const leftBytes = 640 * mebibyte;

/**
 * Compose does not limit the disk of one build (ADR 37). What ends it there is the floor of free space of its pool. The untrusted
 * pool has a small disk of its own in this test.
 */
export function diskFloor(suite: Suite<ComposeProduct>): void {
  describe('S-041 a disk filler', () => {
    let product: ComposeProduct;
    let filler: Repository;
    let trusted: Repository;
    beforeAll(async () => {
      product = suite.product;
      const disk = product.docker.started.smallDisk;
      if (disk === null) throw new Error('this machine gives no loop device: its pool cannot have a small disk');
      const ballast = path.join(disk, 'ballast');
      const { bavail, bsize } = await statfs(disk);
      await promisify(execFile)('fallocate', ['--length', String(bavail * bsize - leftBytes), ballast]);
      const organization = { slug: 'crowded', name: 'Crowded' };
      const { organizationId } = await product.api.json<{ organizationId: string }>(
        'POST',
        '/api/v1/organizations',
        organization,
      );
      filler = await product.repository({ organizationId, limits });
      trusted = await product.repository();
      return () => rm(ballast);
    });

    it('ends where the disk of its pool is short, and the other pool builds on [A3 Compose isolation]', async () => {
      const { commit } = await product.push(filler, { Dockerfile: diskFiller });
      await product.buildWhere(filler, commit, 'runs', ({ phase }) => phase === 'build');
      const beside = await product.build(trusted, { Dockerfile: 'FROM busybox:latest\nRUN echo beside > /word\n' });
      expect(beside).toMatchObject({ status: 'succeeded', failure: null });

      const ended = await product.buildWhere(filler, commit, 'was ended', ({ attempts }) => !!attempts[0]?.endedAt);
      expect(ended.attempts[0]).toMatchObject({ failure: { code: 'DiskFull' } });
      // A build that ended so is tried again: another may have filled the disk. It may have had all its tries by now (409).
      const canceled = await product.api.send('POST', `/api/v1/builds/${ended.id}/cancel`, {});
      expect([200, 202, 409]).toContain(canceled.status);
      await product.finished(filler, commit);
    });
  });
}
