import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const ticking = `FROM busybox:latest
RUN echo "oak was felled"
RUN for i in $(seq 1 100000); do echo "tick $i"; sleep 0.05; done
`;

/** What a reader sees of a build that lost its worker. */
export function logsOfAttempts(suite: BrowserSuite): void {
  describe('the log of a build whose worker was killed', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
    });

    it('R-O3 is that of both attempts, before the reader’s eyes and afterwards', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const { commit } = await suite.product.push(repository, { Dockerfile: ticking });
      const running = await suite.product.buildWhere(repository, commit, 'runs', ({ phase }) => phase === 'build');
      const home = `/p/${repository.project.organizationSlug}/${repository.project.slug}/b/${running.number}`;
      await visitor.open(home);
      const log = page.getByRole('log', { name: 'Log of the build' });
      await log.getByText('tick 3', { exact: true }).waitFor();
      process.kill(await suite.product.pidOf('builder'), 'SIGKILL');
      await log.getByRole('heading', { name: /^Attempt 2/ }).waitFor({ timeout: 90_000 });

      const isWhole = async () => {
        const headings = await log.getByRole('heading', { level: 3 }).allTextContents();
        expect(headings.map((heading) => /^Attempt \d/.exec(heading)?.[0])).toEqual(['Attempt 1', 'Attempt 2']);
        // The second attempt took this step from the cache: only the first one has what it printed.
        await log.getByText('oak was felled', { exact: true }).waitFor();
        await log.getByText('output in attempt 1').waitFor();
      };
      await expect.poll(isWhole, patience).toBeUndefined();
      await suite.product.api.json('POST', `/api/v1/builds/${running.id}/cancel`, {});
      const build = await suite.product.finished(repository, commit);
      expect(build.attempts.map(({ state }) => state)).toEqual(['lost', 'canceled']);
      await visitor.open(home);
      await expect.poll(isWhole, patience).toBeUndefined();
    });
  });
}
