import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

/** What goes on, what needs somebody, and what the numbers say. */
export function overview(suite: BrowserSuite): void {
  describe('the overview', () => {
    let broken: Repository;
    beforeAll(async () => {
      broken = await suite.product.repository();
      const { commit } = await suite.product.push(broken, { Dockerfile: 'FROM busybox:latest\nRUN exit 9\n' });
      await suite.product.finished(broken, commit);
    });

    it('names what needs somebody with its way out, by key or click, and counts fourteen days', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/?scope=all');
      const items = page.getByRole('region', { name: 'Needs someone' }).getByRole('listitem');
      const mine = items.filter({ hasText: `${broken.project.slug}: #1 of the default branch broke` });
      await mine.getByText('StepFailed: The step ended with exit code 9.').waitFor();
      const days = page.getByRole('region', { name: 'Fourteen days' });
      await days.getByText(/^\d+ builds: \d+ succeeded/).waitFor();
      await visitor.press(days.getByText('As a table'));
      await expect.poll(() => days.getByRole('table').locator('tbody tr').count(), patience).toBe(14);
      const first = await items.first().getByRole('link').getAttribute('href');
      await page.keyboard.press('1');
      await page.waitForURL(`**${first}`);
      await visitor.open('/?scope=all');
      await visitor.press(mine.getByRole('link', { name: 'See why' }));
      await page.getByRole('region', { name: 'Cause' }).waitFor();
    });

    it('shows the own and everybody’s', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/?scope=mine');
      const whose = page.getByRole('navigation', { name: 'Whose builds' });
      expect(await whose.getByRole('link', { name: 'Mine' }).getAttribute('aria-current')).toBe('true');
      await visitor.press(whose.getByRole('link', { name: 'Everybody’s' }));
      await page.waitForURL('**/?scope=all');
      await page.getByText(broken.project.slug).first().waitFor();
    });

    it('of a project shows its branches, and waits for the first call until it comes', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const home = ({ project }: Repository) => `/p/${project.organizationSlug}/${project.slug}`;
      await visitor.open(home(broken));
      const branch = page.getByRole('table', { name: 'Branches and tags' }).getByRole('row', { name: /main/ });
      await branch.getByText('Failed').waitFor();
      await page.keyboard.press('b');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Tags', { exact: true }).selectOption({ index: 1 });
      await dialog.getByLabel('Name', { exact: true }).fill('feature/x');
      await dialog.getByText('feature-x', { exact: true }).waitFor();

      const fresh = await suite.product.repository();
      await visitor.open(home(fresh));
      await page.getByText('Waiting for the first call').waitFor();
      await suite.product.deliver(fresh, { after: '0'.repeat(40) });
      await page.getByText('The git host has called').waitFor();
    });

    it('has insights that answer questions with the builds behind them, or say how many are missing', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/insights?filter=branch%3Agone');
      await page.getByText('10 builds are missing').waitFor();
      await visitor.press(
        page.getByRole('list', { name: 'Terms of the filter' }).getByRole('link', { name: 'branch:gone' }),
      );
      const failing = page.getByRole('region', { name: 'What fails, and who must act?' });
      await failing.getByText(/builds broke; the most frequent cause is/).waitFor();
      await visitor.press(failing.getByText('As a table'));
      await expect.poll(() => failing.getByRole('table').locator('tbody tr').count(), patience).toBe(30);
      for (const question of [
        'What made builds slower?',
        'Where do we wait?',
        'What does the cache earn?',
        'What grew?',
      ])
        await page.getByRole('region', { name: question }).waitFor();
      const csv = await page.request.get(
        (await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href')) ?? '',
      );
      expect((await csv.text()).split('\r\n')).toHaveLength(32);
      await visitor.press(failing.getByRole('link', { name: new Date().toISOString().slice(0, 10) }));
      await page
        .getByRole('list', { name: 'Terms of the filter' })
        .getByText(/^since:/)
        .waitFor();
    });
  });
}
