import type { Repository } from '@cooperage/e2e';
import type { BrowserSuite } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const endless = `FROM busybox:latest
RUN echo begun; sleep 300
`;

/** What a person can do to a build from its page. */
export function stopping(suite: BrowserSuite): void {
  describe('a build that nobody wants any more', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
    });

    it('is stopped by its button and says when the work has ended; a retry is another build', async () => {
      const { product } = suite;
      const { commit } = await product.push(repository, { Dockerfile: endless });
      const running = await product.buildWhere(repository, commit, 'runs', (build) => build.phase === 'build');
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`/p/${running.organizationSlug}/${running.projectSlug}/b/${running.number}`);
      await page.getByRole('log').getByText('begun', { exact: true }).waitFor();
      await visitor.press(page.getByRole('button', { name: 'Stop' }));
      const header = page.locator('main header');
      await header.getByText('Canceled', { exact: true }).waitFor();
      await header.getByText(/The work ended, stopped by Ada/).waitFor();
      await page.getByText('No image was published, and no tag has moved.').waitFor();
      expect(await product.api.build(running.id)).toMatchObject({ status: 'canceled', cancelRequestedBy: 'Ada' });

      await visitor.press(page.getByRole('button', { name: 'Retry', exact: true }));
      await page.waitForURL(`**/b/${running.number + 1}`);
      await header.getByText(`retry of #${running.number}`).waitFor();
      await visitor.alive();
      await page.keyboard.press('s');
      await header.getByText('Canceled', { exact: true }).waitFor();
    });
  });
}
