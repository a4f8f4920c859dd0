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

    it('counts: keys of the page and of the browser keep their order', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, '/builds');
      await page.getByRole('textbox', { name: 'Filter' }).waitFor();
      await page.keyboard.type('/is:failedX');
      await page.keyboard.press('Backspace');
      await page.keyboard.type(' branch:main');
      await page.keyboard.press('Enter');
      await letCodeCome();
      await page.waitForURL(({ searchParams }) => searchParams.get('filter') === 'is:failed branch:main');
    });

    it('counts for nothing once somebody pressed Escape', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, home);
      await page.getByRole('button', { name: 'Build now' }).click();
      await page.keyboard.press('Escape');
      await letCodeCome();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      expect(await page.getByRole('dialog').count()).toBe(1);
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

    it('counts: a button opens its dialog', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, home);
      await page.getByRole('button', { name: 'Build now' }).click();
      await letCodeCome();
      await page.getByRole('dialog', { name: 'Build now' }).waitFor();
    });

    it('counts: a form is sent with what stands in it, by its own code, and once for all presses', async () => {
      const visitor = await suite.visitor({ signedIn: false });
      const { page } = visitor;
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(new URL(request.url()).pathname);
      });
      const letCodeCome = await painted(visitor, '/sign-in?next=/members');
      await page.getByLabel('Mail address').fill(administrator.email);
      await page.getByLabel('Password').fill(administrator.password);
      await page.getByLabel('Password').press('Enter');
      for (let press = 0; press < 2; press++) await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await letCodeCome();
      await page.waitForURL(({ pathname }) => pathname === '/members');
      expect(sent).toEqual(['/api/auth/sign-in/email']);
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
