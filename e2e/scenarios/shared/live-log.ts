import { type Installation, LogViewer, type Repository, until } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

const chatty = `FROM busybox:latest
RUN for i in $(seq 1 900); do echo "line $i of a log that is long enough to be cut off ten times"; if [ $((i % 10)) = 0 ]; then sleep 0.1; fi; done
RUN printf 'no end of line' && printf '\\033[31mred\\033[0m\\r\\n\\0 and a zero'
`;

/** More than the buffers between a server and a viewer hold, and nothing that could be packed. */
const flood = `FROM busybox:latest
RUN sleep 3; head -c 6000000 /dev/urandom | base64
`;

/** @param tag of a row of the scorecard, for the titles */
export function liveLog(suite: Suite, tag = ''): void {
  describe('the live log', () => {
    let product: Installation;
    let repository: Repository;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
    });

    it(`is for a viewer that was cut off again and again, byte for byte, the stored one${tag}`, async () => {
      const { commit } = await product.push(repository, { Dockerfile: chatty });
      const running = await product.buildWhere(repository, commit, 'runs', (build) => build.phase === 'build');
      const viewer = new LogViewer(product.origin, product.api.cookies, { buildId: running.id, attempt: 1 });
      let cuts = 0;
      for (let times = 0; times < 10; times++) {
        await viewer.connect();
        const seen = viewer.cursor;
        // On a slow machine the last of them see the end of it.
        await until('the viewer sees more', async () => viewer.cursor > seen || viewer.isComplete, 20_000);
        if (!viewer.isComplete) cuts++;
        viewer.cut();
        await new Promise((resolve) => setTimeout(resolve, 50 + times * 20));
      }
      expect(cuts).toBeGreaterThanOrEqual(5);
      await viewer.connect();
      const build = await product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      await until('the log is complete', async () => viewer.isComplete, 20_000);
      const stored = Buffer.from(
        await (await product.api.send('GET', `/api/v1/builds/${build.id}/log?format=text`)).arrayBuffer(),
      );
      expect(viewer.text.equals(stored)).toBe(true);
      expect(stored.toString('latin1')).toContain('line 600 of a log');
      expect(stored.includes(Buffer.from('red\u001b[0m\r\n\0 and a zero'))).toBe(true);
      viewer.cut();
    });

    it(`comes whole and in order to a viewer that reads nothing for a while, who holds up neither the build nor others${tag}`, async () => {
      const { commit } = await product.push(repository, { Dockerfile: flood });
      const running = await product.buildWhere(repository, commit, 'runs', (build) => build.phase === 'build');
      const log = { buildId: running.id, attempt: 1 };
      const [slow, quick] = [0, 1].map(() => new LogViewer(product.origin, product.api.cookies, log)) as [
        LogViewer,
        LogViewer,
      ];
      await slow.connect();
      slow.pause();
      await quick.connect();
      const build = await product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      await until('the quick one has all', async () => quick.isComplete);
      expect(slow.isComplete).toBe(false);
      slow.resume();
      await until('the slow one has all', async () => {
        // A server may end the connection of somebody who does not read. A page connects again by itself.
        if (!slow.isConnected) await slow.connect();
        return slow.isComplete;
      });
      const answer = await product.api.send('GET', `/api/v1/builds/${build.id}/log?format=text`);
      const stored = Buffer.from(await answer.arrayBuffer());
      expect(stored.length).toBeGreaterThan(8_000_000);
      expect([quick, slow].map(({ text }) => text.equals(stored))).toEqual([true, true]);
      for (const viewer of [quick, slow]) viewer.cut();
    });

    it(`is refused to a viewer without a session, or with a forged one (S-097)${tag}`, async () => {
      const [build] = (await product.api.builds(repository.project.id)).items;
      const log = { buildId: build!.id, attempt: 1 };
      await expect(new LogViewer(product.origin, '', log).connect()).rejects.toThrow();
      await expect(new LogViewer(product.origin, 'session=forged', log).connect()).rejects.toThrow();
    });
  });
}
