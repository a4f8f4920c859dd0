import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const green = `FROM busybox:latest AS tools
RUN echo tools > /tools
FROM busybox:latest
RUN echo kept
COPY --from=tools /tools /tools
`;
const red = `FROM busybox:latest AS tools
RUN echo tools > /tools
FROM busybox:latest
RUN echo kept
COPY --from=tools /tools /tools
RUN sleep 1.2; echo "the guilty line" >&2; exit 7
`;

/** The views of a build: its file, its time, its inputs, and how it differs from the last good one. */
export function buildViews(suite: BrowserSuite): void {
  describe('the page of a build', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
      for (const dockerfile of [green, red]) {
        const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile });
        await suite.product.finished(repository, commit);
      }
    });
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;

    it('leads from the list to the failing line by keyboard only, in two keys', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(home());
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/b/2');
      const guilty = page.getByRole('log').getByText('the guilty line', { exact: true });
      await expect.poll(() => guilty.isVisible(), patience).toBe(true);
      await expect.poll(() => page.title(), patience).toMatch(/^✕ .* #2 /);
      const icon = page.locator('link[rel="icon"]');
      await expect.poll(() => icon.getAttribute('href'), patience).toContain('/marks/failed.svg');
    });

    it('shows the file with its failure, the evidence, and what changed since it went well; a line and its step lead to each other', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home()}/b/2`);
      await page.getByRole('region', { name: 'Cause' }).waitFor();
      await page.keyboard.press('2');
      const line = page.getByRole('listitem', { name: 'The line that failed' });
      await line.and(page.locator(':focus')).waitFor();
      expect(await line.textContent()).toMatch(/^6.*StepFailed.*the guilty line$/);
      const changes = page.getByRole('list', { name: 'Changes of the Dockerfile since build 1' });
      await changes.getByText(/RUN sleep/).waitFor();
      await page.getByText('1 line added, 0 lines gone').waitFor();
      await page
        .getByRole('region', { name: 'Steps' })
        .getByRole('link', { name: /RUN sleep/ })
        .click();
      await page.waitForURL('**#D6');
      await line.getByRole('link', { name: /^Log of this step/ }).click();
      await page.waitForURL(/view=log#s\d+$/);
      await page.getByRole('log').getByText('the guilty line', { exact: true }).waitFor();
    });

    it('shows when each step ran, and which of them made it as long as it was', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home()}/b/2`);
      await page.keyboard.press('3');
      const rows = page.getByRole('table', { name: 'Timeline' }).getByRole('row');
      await rows.filter({ hasText: 'RUN sleep' }).filter({ hasText: ', on the critical path' }).waitFor();
      await page.getByText(/one after the other, took|One step took/).waitFor();
      await expect.poll(() => page.locator('tr[data-critical] svg rect.fill-bad').count(), patience).toBe(1);
    });

    it('walks and folds its steps by keys, never calls a base image run, and says what is usual', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home()}/b/2?view=inputs`);
      const tree = page.getByRole('region', { name: 'Steps' });
      const bases = await tree.getByRole('list', { name: 'Base images' }).getByRole('listitem').allInnerTexts();
      expect(bases.length).toBeGreaterThan(0);
      for (const base of bases) expect(base).toMatch(/base image/);
      await page.keyboard.press('n');
      await tree
        .getByRole('link', { name: /RUN sleep/ })
        .and(page.locator(':focus'))
        .waitFor();
      await page.keyboard.press('-');
      await expect.poll(() => tree.locator('details[open]').count(), patience).toBe(0);
      await page.keyboard.press('+');
      await tree.getByText('RUN echo kept').waitFor();
      await page.getByText('as they were then').waitFor({ state: 'detached' });
    });

    it('compares itself with the last good one by a key, and back', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home()}/b/2`);
      await page.keyboard.press('d');
      await page.waitForURL('**/compare?a=1&b=2');
      await page.getByRole('heading', { name: 'From #1 to #2', level: 1 }).waitFor();
      const added = page.getByRole('region', { name: 'Steps' }).getByRole('row').filter({ hasText: 'RUN sleep' });
      expect(await added.textContent()).toContain('added');
      await page
        .getByRole('list', { name: 'Changes of the Dockerfile from #1 to #2' })
        .getByText(/exit 7/)
        .waitFor();
      await page.getByText('No image was published by #2.').waitFor();
      await page.getByRole('link', { name: /^#1 / }).click();
      await page.waitForURL('**/b/1');
      const moved = page.getByRole('list', { name: 'Tags that moved' });
      await moved.getByText('latest', { exact: true }).waitFor();
      await page.getByText(/^docker pull /).waitFor();
    });
  });
}
