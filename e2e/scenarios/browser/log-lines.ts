import type { BrowserSuite } from '@cooperage/e2e/browser';
import { describe, expect, it } from 'vitest';

const dockerfile = `FROM busybox:latest
RUN seq 1 60 | sed 's/^/stave /'
`;

/** Lines are not stops of the Tab key: there can be a million of them. Keys reach each of them all the same. */
export function logLines(suite: BrowserSuite): void {
  describe('the lines of a log', () => {
    it('are gone to by one key, walked by arrows, and chosen alone or as a range', async () => {
      const repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile });
      const build = await suite.product.finished(repository, commit);
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`/p/${build.organizationSlug}/${build.projectSlug}/b/${build.number}`);
      await page.getByText('stave 3', { exact: true }).waitFor();
      const line = (number: number) => page.getByRole('link', { name: new RegExp(`^Line ${number} of 60`) });
      await page.keyboard.press('.');
      await line(1).and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => new URL(page.url()).hash).toMatch(/^#s\d+:L2$/);
      for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Shift+Enter');
      await expect.poll(() => new URL(page.url()).hash).toMatch(/^#s\d+:L2-5$/);
      expect(await page.getByRole('log').locator('a:not([tabindex="-1"])').count()).toBe(0);
    });
  });
}
