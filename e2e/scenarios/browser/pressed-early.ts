import { administrator } from '@cooperage/e2e';
import type { BrowserSuite } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';
import { painted } from './painted.js';

export function pressedEarly(suite: BrowserSuite): void {
  describe('what is pressed before the code of a page is there', () => {
    let home: string;
    beforeAll(async () => {
      const { project } = await suite.product.repository();
      home = `/p/${project.organizationSlug}/${project.slug}`;
    });

    it('counts: a key leads into the filter, and what is typed after it stands there', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, '/builds');
      const field = page.getByRole('textbox', { name: 'Filter' });
      await field.waitFor();
      await page.keyboard.type('/is:failed');
      await letCodeCome();
      await field.and(page.locator(':focus')).waitFor();
      await expect.poll(() => field.inputValue()).toBe('is:failed');
      await field.press('Enter');
      await page.waitForURL('**/builds?filter=is%3Afailed');
    });

    it('counts: the palette opens, and searches for what was typed', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, '/builds');
      await page.getByRole('textbox', { name: 'Filter' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('members');
      await letCodeCome();
      const palette = page.getByRole('dialog');
      await palette.waitFor();
      await expect.poll(() => palette.getByRole('combobox').inputValue()).toBe('members');
    });

    it('counts: a button opens its dialog, once', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, home);
      await page.getByRole('button', { name: 'Build now' }).click();
      await letCodeCome();
      await page.getByRole('dialog', { name: 'Build now' }).waitFor();
    });

    it('counts: a form is sent with what stands in it, and by its own code', async () => {
      const visitor = await suite.visitor({ signedIn: false });
      const { page } = visitor;
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(new URL(request.url()).pathname);
      });
      const letCodeCome = await painted(visitor, '/sign-in?next=/members');
      await page.getByLabel('Mail address').fill(administrator.email);
      await page.getByLabel('Password').fill(administrator.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await letCodeCome();
      await page.waitForURL(({ pathname }) => pathname === '/members');
      expect(sent[0]).toBe('/api/auth/sign-in/email');
    });

    it('leaves to the browser what needs no code', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await painted(visitor, '/builds');
      await page.getByRole('textbox', { name: 'Filter' }).fill('is:failed');
      await page.getByRole('textbox', { name: 'Filter' }).press('Enter');
      await page.waitForURL('**/builds?filter=is%3Afailed', { waitUntil: 'commit' });
      await page.locator('nav [data-go]', { hasText: 'Projects' }).click();
      await page.waitForURL('**/projects', { waitUntil: 'commit' });
    });
  });
}
