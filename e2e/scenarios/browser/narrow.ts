import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `FROM busybox:latest
COPY . /${'deep/'.repeat(20)}
RUN echo ${'word'.repeat(200)}
`;

/** Pages on a phone: nothing reaches beyond the screen, whatever is long. */
export function narrowPages(suite: BrowserSuite): void {
  describe('a page 360 px wide', () => {
    let pages: readonly string[];
    beforeAll(async () => {
      const { product } = suite;
      const repository: Repository = await product.repository({ name: 'n'.repeat(120), description: 'd'.repeat(500) });
      const ref = `refs/heads/${'branch-'.repeat(25)}`;
      const commit = await repository.git.commit({ Dockerfile: dockerfile }, { ref, message: 's'.repeat(300) });
      await product.deliver(repository, { ref, after: commit });
      const { project } = repository;
      const secret = `${'N'.repeat(100)}`;
      await product.api.json('PUT', `/api/v1/projects/${project.id}/secrets/${secret}`, { value: 'value-of-it' });
      const build = await product.finished(repository, commit);
      const home = `/p/${build.organizationSlug}/${build.projectSlug}`;
      const views = ['log', 'dockerfile', 'timeline', 'inputs', 'attempts'].map((view) => `${home}/b/1?view=${view}`);
      const parts = [
        '',
        '/compare?a=1&b=1',
        '/images',
        `/images/${build.digest}`,
        '/deliveries',
        `/deliveries/${build.deliveryId}`,
        '/settings',
      ];
      const all = ['/', '/builds', '/projects', '/projects/new', '/members', '/tokens', '/workers'];
      pages = [...all, ...views, ...parts.map((part) => home + part)];
    });

    it('never scrolls sideways', async () => {
      const visitor = await suite.visitor({ width: 360 });
      const wide: string[] = [];
      for (const path of pages) {
        await visitor.open(path);
        await visitor.page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
        await visitor.page.getByText('Reading the log.').waitFor({ state: 'detached' });
        if ((await visitor.overflow()) > 0) wide.push(path);
      }
      expect(wide).toEqual([]);
    });

    it('shows which view one looks at, where not all of them have room', async () => {
      const visitor = await suite.visitor({ width: 360 });
      await visitor.open(pages.find((path) => path.includes('view=log'))?.replace('view=log', 'view=cache') ?? '');
      const current = visitor.page.getByRole('navigation').getByRole('link', { name: 'Cache', exact: true });
      const rightEdge = async () => {
        const box = await current.boundingBox();
        return box ? box.x + box.width : Number.POSITIVE_INFINITY;
      };
      await expect.poll(rightEdge, patience).toBeLessThan(360);
    });
  });
}
