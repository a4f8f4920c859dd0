import type { Build } from '@cooperage/contracts';
import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const failing = (more: string) => `FROM busybox:latest
# ${more}
RUN echo "cannot find it" >&2; exit 4
`;

/** Finding builds, and doing something about them, without opening one. */
export function buildLists(suite: BrowserSuite): void {
  describe('the list of builds', () => {
    let repository: Repository;
    beforeAll(async () => {
      const { product } = suite;
      repository = await product.repository();
      for (const dockerfile of ['FROM busybox:latest\n', failing('once'), failing('twice')]) {
        const { commit } = await product.push(repository, { Dockerfile: dockerfile });
        await product.finished(repository, commit);
      }
    });
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;
    const rows = ({ page }: Visitor) => page.getByRole('table', { name: 'Builds' }).locator('tr[data-build]');
    const enter = async (path = home()): Promise<Visitor> => {
      const visitor = await suite.visitor();
      await visitor.open(path);
      return visitor;
    };
    const ask = async (visitor: Visitor, filter: string): Promise<void> => {
      const { page } = visitor;
      await visitor.alive();
      await page.keyboard.press('/');
      const field = page.getByRole('textbox', { name: 'Filter' });
      await field.and(page.locator(':focus')).waitFor();
      await field.fill(filter);
      await field.press('Enter');
      await page.waitForURL((url) => url.searchParams.get('filter') === filter);
    };

    it('narrows by a line of terms, each of which can be taken away, and says which one leaves out all', async () => {
      const visitor = await enter();
      const { page } = visitor;
      await ask(visitor, 'is:failed step:"cannot find"');
      await page.getByText('2 builds', { exact: true }).waitFor();
      await expect.poll(() => rows(visitor).count(), patience).toBe(2);
      await ask(visitor, 'is:failed branch:gone');
      await page.getByText('No build passes this filter').waitFor();
      await page.getByRole('listitem').filter({ hasText: 'branch:gone leaves out every build' }).waitFor();
      await visitor.press(page.getByRole('link', { name: 'Take it away' }));
      await page.getByText('2 builds', { exact: true }).waitFor();
      await visitor.press(
        page.getByRole('list', { name: 'Terms of the filter' }).getByRole('link', { name: 'is:failed' }),
      );
      await page.getByText('3 builds', { exact: true }).waitFor();
      await ask(visitor, 'branch:main is:gone');
      const problem = page.getByRole('alert').filter({ hasText: 'expects one of' });
      expect(await problem.locator('mark').textContent()).toBe('is:gone');
    });

    it('keeps a filter under a name', async () => {
      const visitor = await enter();
      const { page } = visitor;
      await ask(visitor, 'is:broken');
      await visitor.press(page.getByRole('button', { name: 'Keep this view' }));
      await page.getByLabel('Name', { exact: true }).fill('Broken here');
      await visitor.press(page.getByRole('button', { name: 'Keep', exact: true }));
      await page.getByRole('button', { name: 'Forget this view' }).waitFor();
      await visitor.open('/builds');
      await visitor.press(page.getByRole('link', { name: 'Broken here' }));
      await page.waitForURL('**/builds?filter=is%3Abroken');
      await visitor.press(page.getByRole('button', { name: 'Forget this view' }));
      await page.getByRole('button', { name: 'Keep this view' }).waitFor();
    });

    it('shows cause and steps beside itself, selects, compares and tries again by keys alone', async () => {
      const visitor = await enter();
      const { page } = visitor;
      const press = (key: string) => page.keyboard.press(key);
      await press('j');
      await press('o');
      const peek = page.getByRole('complementary', { name: 'Build #3' });
      await peek.getByRole('region', { name: 'Cause' }).getByText('StepFailed · yours').waitFor();
      await peek.getByRole('list', { name: 'Steps' }).getByText('failed').waitFor();
      await press('j');
      await page.getByRole('complementary', { name: 'Build #2' }).waitFor();
      await press('Escape');
      await page.getByRole('complementary', { name: /Build/ }).waitFor({ state: 'detached' });
      await press('x');
      await page.getByText('Select one more to compare.').waitFor();
      await press('k');
      await press('x');
      const compare = page.getByRole('link', { name: 'Compare' });
      await expect.poll(() => compare.getAttribute('href'), patience).toBe(`${home()}/compare?a=2&b=3`);
      await press('x');
      await press('r');
      await page.getByText('#3 is tried again as #4.').waitFor();
    });

    it('holds new rows back while somebody stands in the list', async () => {
      const visitor = await enter();
      const { page } = visitor;
      await page.keyboard.press('j');
      const before = await rows(visitor).count();
      const newestEnded = async (): Promise<Build | null> => {
        const [newest] = (await suite.product.api.builds(repository.project.id)).items;
        return newest?.finishedAt ? (newest as Build) : null;
      };
      await expect.poll(newestEnded, patience).not.toBeNull();
      const newest = await newestEnded();
      const retried = await suite.product.api.json<Build>('POST', `/api/v1/builds/${newest?.id}/retry`, {});
      await visitor.press(page.getByRole('button', { name: '1 new' }));
      await rows(visitor)
        .filter({ hasText: `#${retried.number}` })
        .waitFor();
      await expect.poll(() => rows(visitor).count(), patience).toBe(before + 1);
    });

    it('puts the same failure together, once', async () => {
      const visitor = await enter();
      const { page } = visitor;
      await visitor.press(page.getByRole('link', { name: 'By failure' }));
      const group = page.getByRole('region', { name: 'By failure' }).getByRole('listitem');
      await group.filter({ hasText: /same failure \d times/ }).waitFor();
      expect(await group.count()).toBe(1);
      await visitor.press(group.getByRole('link', { name: 'StepFailed · yours' }));
      await page.waitForURL(/failure%3A[0-9a-f]{16}/);
      await rows(visitor).first().waitFor();
      await visitor.press(page.getByRole('link', { name: 'By commit' }));
      await page.getByRole('region', { name: 'By commit' }).getByRole('listitem').first().waitFor();
    });
  });
}
