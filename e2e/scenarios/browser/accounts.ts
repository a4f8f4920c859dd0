import { readFile } from 'node:fs/promises';
import type { BrowserSuite, Visitor } from '@cooperage/e2e/browser';
import { describe, expect, it } from 'vitest';

const password = 'a long enough password';
const email = 'nina@acme.example';

/** People: how they come in, what they lose and get back, and what is remembered of it. */
export function accounts(suite: BrowserSuite): void {
  describe('a person and an owner', () => {
    let visitor: Visitor;
    const button = (name: string) => visitor.page.getByRole('button', { name, exact: true });
    const fill = (label: string, text: string) => visitor.page.getByLabel(label, { exact: true }).fill(text);
    const shownLink = async () => (await visitor.page.locator('code', { hasText: '#' }).first().textContent()) ?? '';
    let link: string;

    it('the owner invites somebody, who makes an account by the link', async () => {
      visitor = await suite.visitor();
      await visitor.open('/members');
      const acts = visitor.page.getByRole('table', { name: 'What each role may do' });
      const row = acts.getByRole('row').filter({ hasText: 'Rotate and revoke signing keys' });
      expect(await row.locator('td .sr-only').allTextContents()).toEqual(['may', 'may', 'may not', 'may not']);
      await fill('Mail address', email);
      await visitor.press(button('Invite'));
      link = await shownLink();
      visitor = await suite.visitor({ signedIn: false });
      await visitor.open(new URL(link).pathname + new URL(link).hash);
      await fill('Your name', 'Nina New');
      await fill('Password', password);
      await visitor.press(button('Create account and join'));
      await visitor.page.waitForURL((url) => url.pathname === '/');
    });

    it('is not told which part was wrong, and is told whom to ask', async () => {
      visitor = await suite.visitor({ signedIn: false });
      visitor.provokes(/401/);
      await visitor.open('/sign-in');
      await fill('Mail address', email);
      await fill('Password', 'not this one');
      await visitor.press(button('Sign in'));
      await visitor.page.getByText('These do not go together').waitFor();
      await visitor.page.getByText('Forgotten your password?').click();
      await visitor.page.getByText('Ask an owner of your organization').waitFor();
    });

    it('gets a link for a new password from the owner, which works once', async () => {
      visitor = await suite.visitor();
      await visitor.open('/members');
      await visitor.press(button('New password for Nina New'));
      await visitor.press(button('Make the link'));
      link = await shownLink();
      visitor = await suite.visitor({ signedIn: false });
      const path = new URL(link).pathname + new URL(link).hash;
      await visitor.open(path);
      await fill('New password', `${password} anew`);
      await visitor.press(button('Set password and sign in'));
      await visitor.page.waitForURL((url) => url.pathname === '/');
      await visitor.open('/settings');
      await visitor.page.getByText('For administrators of the installation').waitFor();
      await visitor.open('/account');
      await visitor.page.getByText('this one').waitFor();
      visitor = await suite.visitor({ signedIn: false });
      visitor.provokes(/404/);
      await visitor.open(path);
      await visitor.page.getByText('This link is invalid').waitFor();
    });

    it('all of it stands in the audit, whose chain is whole', async () => {
      visitor = await suite.visitor();
      await visitor.open('/audit');
      await visitor.page.getByText('The chain is whole').waitFor();
      const rows = visitor.page.getByRole('table', { name: 'Audit' }).getByRole('row');
      const row = rows.filter({ hasText: 'password-reset.create' }).filter({ hasText: 'Nina New' });
      await row.waitFor();
      await row.getByRole('link', { name: 'password-reset.create' }).click();
      await visitor.page.waitForURL(/action=password-reset\.create/);
      await rows.filter({ hasText: 'member.join' }).waitFor({ state: 'detached' });
      expect(await visitor.overflow()).toBe(0);
    });

    it('the administrator finds a setting, and no secret', async () => {
      visitor = await suite.visitor({ width: 360 });
      await visitor.open('/settings');
      await visitor.page.getByLabel('Search the settings').fill('public url');
      await visitor.page.getByText(suite.product.origin, { exact: true }).waitFor();
      await visitor.page.getByLabel('Search the settings').fill('secret_key');
      await visitor.page.getByText('a secret, set and not shown').waitFor();
      expect(await visitor.overflow()).toBe(0);
    });

    it('and sees what another file of settings would change, before anything does', async () => {
      visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/settings');
      const download = page.waitForEvent('download');
      await visitor.press(page.getByRole('link', { name: 'Export as a file' }));
      const exported = (await readFile(await (await download).path(), 'utf8')).toString();
      const choose = (text: string) =>
        page.getByLabel('Compare a file').setInputFiles({
          ...{ name: 'cooperage.env', mimeType: 'text/plain', buffer: Buffer.from(text) },
        });
      await choose(exported);
      await page.getByText('as it is in effect. Nothing would change.').waitFor();
      await choose(`${exported}\nPUBLIC_URL=https://images.example.org\n`);
      const row = page.getByRole('table', { name: 'What the file would change' }).getByRole('row').nth(1);
      expect(await row.textContent()).toMatch(/PUBLIC_URL[\s\S]*changes[\s\S]*127\.0\.0\.1[\s\S]*images\.example\.org/);
      await page.getByText('Mail: no server is set').waitFor();
    });
  });
}
