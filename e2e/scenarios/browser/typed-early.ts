import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';
import { painted } from './painted.js';

/** A page is painted before its code is there, on a slow line by seconds. */
export function typedEarly(suite: BrowserSuite): void {
  describe('what is typed before the code of a page is there', () => {
    let home: string;
    beforeAll(async () => {
      const { project } = await suite.product.repository();
      home = `/p/${project.organizationSlug}/${project.slug}`;
    });

    it('counts: the short name of a project follows from its address', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, '/projects/new');
      await page.getByLabel('Clone address').fill('https://git.example.com/team/typed-early.git');
      await letCodeCome();
      await expect.poll(() => page.getByLabel('Short name').inputValue(), patience).toBe('typed-early');
      expect(await page.getByLabel('Clone address').inputValue()).toBe('https://git.example.com/team/typed-early.git');
    });

    it('counts: a list is narrowed', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, '/reference');
      const field = page.getByLabel('Search the calls');
      await field.fill('webhook');
      await letCodeCome();
      await expect.poll(() => new URL(page.url()).search, patience).toBe('?q=webhook');
      expect(await field.inputValue()).toBe('webhook');
      const others = page.locator('main [data-row]').filter({ hasText: /sign-out/ });
      await expect.poll(() => others.count(), patience).toBe(0);
    });

    it('counts: a choice opens what belongs to it', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const letCodeCome = await painted(visitor, `${home}/settings`);
      await page.getByLabel('Kind', { exact: true }).selectOption('ssh');
      await letCodeCome();
      await page.getByLabel('Private key').waitFor();
      expect(await page.getByLabel('Kind', { exact: true }).inputValue()).toBe('ssh');
    });
  });
}
