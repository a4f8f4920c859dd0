import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

/** A project's life by its pages alone: made, built by hand, given a rule, deleted. And a token for machines. */
export function founding(suite: BrowserSuite): void {
  describe('a person without a terminal', () => {
    let visitor: Visitor;
    let remoteUrl: string;
    let home: string;
    beforeAll(async () => {
      const repository = await suite.product.git.repository('workshop.git');
      await repository.commit({ Dockerfile: 'FROM busybox:latest\n' }, { message: 'Begin' });
      remoteUrl = suite.product.remoteUrl('workshop.git');
    });
    const fill = (label: string, text: string) => visitor.page.getByLabel(label, { exact: true }).fill(text);
    const press = (name: string) => visitor.press(visitor.page.getByRole('button', { name, exact: true }));

    it('makes a project and is told what the git host has to know', async () => {
      visitor = await suite.visitor();
      await visitor.open('/projects/new');
      await fill('Clone address', remoteUrl);
      await expect.poll(() => visitor.page.getByLabel('Short name').inputValue(), patience).toBe('workshop');
      await press('Make the project');
      const told = visitor.page.getByRole('status').filter({ hasText: 'Now tell the git host' });
      await told.waitFor();
      const [address, secret] = await told.locator('code').allTextContents();
      expect(address).toMatch(/\/api\/v1\/hooks\/[0-9a-f-]{36}$/);
      expect(secret).toMatch(/^whsec_/);
      await visitor.press(told.getByRole('link', { name: 'Go to the project' }));
      await visitor.page.getByText('Nothing was built yet').waitFor();
      home = new URL(visitor.page.url()).pathname;
    });

    it('builds it by hand, without moving a tag', async () => {
      visitor = await suite.visitor();
      await visitor.open(home);
      await visitor.page.keyboard.press('b');
      await fill('Name', 'main');
      await press('Start the build');
      await visitor.page.waitForURL(`**${home}/b/1`);
      const header = visitor.page.locator('main header');
      await header.getByText('Succeeded', { exact: true }).waitFor();
      await header.getByText(/by hand by Ada/).waitFor();
      await visitor.page.getByRole('region', { name: 'Outcome' }).getByText('no tag').waitFor();
    });

    it('builds it by hand once more, without cache', async () => {
      visitor = await suite.visitor();
      await visitor.open(home);
      await visitor.page.keyboard.press('b');
      await visitor.page.getByRole('dialog').getByLabel('Without cache').check();
      await press('Start the build');
      await visitor.page.waitForURL(`**${home}/b/2`);
      await visitor.page.getByRole('link', { name: 'Inputs' }).click();
      await visitor.page.getByText('nothing was read, as was asked for').waitFor();
    });

    it('gives it a rule, seeing beforehand what the rule does', async () => {
      visitor = await suite.visitor();
      await visitor.open(`${home}/settings`);
      await press('Add a rule');
      const dialog = visitor.page.getByRole('dialog');
      const fillIn = (label: string, text: string) => dialog.getByLabel(label, { exact: true }).fill(text);
      await fillIn('Name', 'releases');
      await fillIn('named', 'release/*');
      await fillIn('Tags of the image', '{{branch}}\nstable');
      await fillIn('Try it with', 'release/2');
      await dialog.getByText('starts a build').waitFor();
      for (const tag of ['release-2', 'stable']) await dialog.locator('span').getByText(tag, { exact: true }).waitFor();
      await visitor.press(dialog.getByRole('button', { name: 'Save' }));
      const rules = visitor.page.getByRole('region', { name: 'Rules' }).getByRole('listitem');
      await rules.filter({ hasText: 'releases' }).filter({ hasText: 'stable' }).waitFor();
    });

    it('makes a token that is shown once and works until it is revoked', async () => {
      visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/tokens');
      await fill('Name', 'ci of the workshop');
      await press('Make a token');
      const secret = await page.getByRole('status').locator('code').textContent();
      const me = () =>
        fetch(`${suite.product.origin}/api/v1/projects`, { headers: { authorization: `Bearer ${secret}` } });
      expect((await me()).status).toBe(200);
      await visitor.open('/tokens');
      expect(await page.content()).not.toContain(secret);
      const row = page.getByRole('row').filter({ hasText: 'ci of the workshop' });
      await visitor.press(row.getByRole('button', { name: 'Revoke' }));
      await visitor.press(page.getByRole('dialog').getByRole('button', { name: 'Revoke' }));
      await row.waitFor({ state: 'detached' });
      expect((await me()).status).toBe(401);
    });

    it('deletes it only after typing its name', async () => {
      visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home}/settings`);
      await visitor.press(
        page.getByRole('region', { name: 'Delete the project' }).getByRole('button', { name: 'Delete' }),
      );
      const dialog = page.getByRole('dialog');
      const confirm = dialog.getByRole('button', { name: 'Delete' });
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill(home.slice('/p/'.length));
      await visitor.press(confirm);
      await page.waitForURL('**/projects');
      visitor.provokes(/status of 404/);
      await visitor.open(home);
      await page.getByText('There is nothing at this address').waitFor();
    });
  });
}
