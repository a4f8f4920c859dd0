import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `FROM busybox:latest
RUN for i in $(seq 1 60); do if [ $((i % 3)) = 1 ] && [ $i -gt 4 ]; then echo "long $i $(seq -s ' ' 1 200)"; else echo "stave $i"; fi; done
`;

/** Lines are not stops of the Tab key: there can be a million of them. Keys reach each of them all the same. */
export function logLines(suite: BrowserSuite): void {
  describe('the lines of a log', () => {
    let address: string;
    beforeAll(async () => {
      const repository = await suite.product.repository();
      const { commit } = await suite.product.push(repository, { Dockerfile: dockerfile });
      const build = await suite.product.finished(repository, commit);
      address = `/p/${build.organizationSlug}/${build.projectSlug}/b/${build.number}`;
    });
    const opened = async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(address);
      await page.getByText('stave 3', { exact: true }).waitFor();
      const line = (number: number) => page.getByRole('link', { name: new RegExp(`^Line ${number} of 60`) });
      return { visitor, page, line, box: page.getByRole('log') };
    };

    it('are gone to by one key, walked by arrows, and chosen alone or as a range', async () => {
      const { page, line } = await opened();
      await page.keyboard.press('.');
      await line(1).and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => new URL(page.url()).hash, patience).toMatch(/^#s\d+:L2$/);
      for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Shift+Enter');
      await expect.poll(() => new URL(page.url()).hash, patience).toMatch(/^#s\d+:L2-5$/);
      expect(await page.getByRole('log').locator('a:not([tabindex="-1"])').count()).toBe(0);
    });

    it('come without moving the line that says how they come', async () => {
      const { page } = await opened();
      await page.getByText('complete', { exact: true }).waitFor();
      const moved = await page.evaluate<string[]>('takeShifts()');
      expect(moved.filter((shift) => shift.includes('data-feed'))).toEqual([]);
    });

    it('have a menu by the same key, which arrows walk and Esc leaves', async () => {
      const { visitor, page, line } = await opened();
      await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.keyboard.press('.');
      await line(1).and(page.locator(':focus')).waitFor();
      await page.keyboard.press('.');
      const menu = page.getByRole('toolbar', { name: /^Of Line 1 of/ });
      await menu.getByRole('button', { name: 'Copy text' }).and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await menu.getByText('Copied').waitFor();
      expect(await page.evaluate<string>('navigator.clipboard.readText()')).toMatch(/attempt=1#s\d+:L1$/);
      await page.keyboard.press('Escape');
      await line(1).and(page.locator(':focus')).waitFor();
    });

    it('wrap by a key: no line leaves the window, and each place is still found', async () => {
      const { page, line, box } = await opened();
      const wide = () => box.evaluate((log) => log.scrollWidth - log.clientWidth);
      expect(await wide()).toBeGreaterThan(100);
      await page.keyboard.press('w');
      await page.getByRole('button', { name: 'Wrap long lines', pressed: true }).waitFor();
      await expect.poll(wide, patience).toBe(0);
      const long = page.getByText(/^long 31 /);
      await box.press('Home');
      const first = await line(1).getAttribute('href');
      await page.evaluate(`location.hash = '${first?.replace(/L1$/, 'L31')}'`);
      await expect.poll(() => long.isVisible(), patience).toBe(true);
      const place = async (number: number) => {
        const [frame, row] = [await box.boundingBox(), await line(number).boundingBox()];
        return (row!.y - frame!.y) / frame!.height;
      };
      await expect.poll(() => place(31), patience).toBeCloseTo(1 / 3, 1);
      const heights = await page
        .locator('.log-row')
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect()));
      expect(Math.max(...heights.map(({ height }) => height))).toBeGreaterThan(48);
      expect(heights.slice(1).map(({ top }, index) => Math.round(top - heights[index]!.bottom))).toEqual(
        heights.slice(1).map(() => 0),
      );
      await box.press('End');
      await line(60).waitFor();
      await expect.poll(() => place(60), patience).toBeLessThan(1);
      await page.keyboard.press('w');
      await expect.poll(wide, patience).toBeGreaterThan(100);
    });

    it('are folded with their steps, all at once, by the keys of the tree', async () => {
      const { page, box, line } = await opened();
      await page.keyboard.press('-');
      await line(1).waitFor({ state: 'detached' });
      await expect.poll(() => box.getByRole('button', { expanded: true }).count(), patience).toBe(0);
      await expect.poll(() => page.locator('#step-tree details[open]').count(), patience).toBe(0);
      await page.keyboard.press('+');
      await line(1).waitFor();
      await expect.poll(() => box.getByRole('button', { expanded: false }).count(), patience).toBe(0);
    });
  });
}
