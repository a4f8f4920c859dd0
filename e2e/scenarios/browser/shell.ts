import { type Repository, until } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

/** What is around every page: palette, keys, menus, preferences, the way to take an act back. */
export function shell(suite: BrowserSuite): void {
  describe('around every page', () => {
    let home: string;
    let digest: string;
    let projectName: string;
    beforeAll(async () => {
      const repository: Repository = await suite.product.repository();
      for (const word of ['one', 'two']) {
        const { commit } = await suite.product.push(repository, { Dockerfile: `FROM scratch\nCOPY . /${word}\n` });
        const build = await suite.product.finished(repository, commit);
        home = `/p/${build.organizationSlug}/${build.projectSlug}`;
        projectName = build.projectSlug;
        digest = build.digest ?? '';
      }
    });
    const at = async (visitor: Visitor, path: string) => {
      await until(`the page ${path}`, async () => new URL(visitor.page.url()).pathname === path, 20_000);
      await visitor.page.locator('#main').waitFor();
      await visitor.alive();
    };
    const clipboard = async (visitor: Visitor) => {
      await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      return () => visitor.page.evaluate<string>('navigator.clipboard.readText()');
    };

    it('the palette finds a build by project and number, and an image by its digest, with keys alone', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/builds');
      await page.keyboard.press('Control+k');
      await page.keyboard.type(`${projectName} #1`);
      await page
        .getByRole('option', { name: `${projectName} #1` })
        .and(selected(page))
        .waitFor();
      await page.keyboard.press('Enter');
      await at(visitor, `${home}/b/1`);
      await page.keyboard.press('Control+k');
      await page.keyboard.type(digest.slice(0, 20));
      await page.keyboard.press('Enter');
      await at(visitor, `${home}/images/${digest}`);
    });

    it('the icon comes by the name too that a browser asks for before it has read the page', async () => {
      const { context } = await suite.visitor({ signedIn: false });
      const icon = await context.request.get('/favicon.ico');
      expect([icon.status(), icon.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
    });

    it('the palette is a combobox that gives the focus back, and says when there is no such command', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/builds');
      const field = page.getByRole('button', { name: 'Search and commands' });
      await field.focus();
      await page.keyboard.press('Enter');
      const combobox = page.getByRole('combobox', { name: 'Search and commands' });
      await combobox.and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ArrowDown');
      const active = async () => page.locator(`[id="${await combobox.getAttribute('aria-activedescendant')}"]`);
      await expect.poll(async () => (await active()).and(selected(page)).count(), patience).toBe(1);
      await page.keyboard.type('zzzz nothing is called so');
      await page.getByText('No such command').waitFor();
      await expect.poll(() => page.getByRole('dialog').getByRole('option').count(), patience).toBe(0);
      await page.keyboard.press('Escape');
      await field.and(page.locator(':focus')).waitFor();
    });

    it('keys go, walk back, step between builds and copy; inside an input they are letters', async () => {
      const visitor = await suite.visitor();
      const copied = await clipboard(visitor);
      const { page } = visitor;
      await visitor.open(`${home}/b/2`);
      await page.keyboard.press('[');
      await at(visitor, `${home}/b/1`);
      await page.getByRole('link', { name: 'Next build' }).waitFor();
      await page.keyboard.press(']');
      await at(visitor, `${home}/b/2`);
      await page.keyboard.press('y');
      await expect.poll(copied, patience).toBe(page.url());
      await page.keyboard.press('Escape');
      await at(visitor, home);
      await page.keyboard.press('g');
      await page.keyboard.press('b');
      await at(visitor, '/builds');
      await page.keyboard.press('?');
      const sheet = page.getByRole('dialog', { name: 'Keys' });
      await sheet.getByText('Copy as command').waitFor();
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
      await page.keyboard.press('/');
      const field = page.getByRole('textbox', { name: 'Filter' });
      await field.and(page.locator(':focus')).waitFor();
      await page.keyboard.type('gp?j');
      await expect.poll(() => field.inputValue(), patience).toBe('gp?j');
      expect(new URL(page.url()).pathname).toBe('/builds');
    });

    it('an act that can be taken back is done at once and undone within its time', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open(`${home}/settings`);
      await page
        .getByRole('button', { name: /^Switch off the rule/ })
        .first()
        .click();
      await page.getByText('switched off', { exact: true }).waitFor();
      const notice = page.getByRole('region', { name: 'Just done' });
      await notice.getByText(/^The rule .* is switched off\.$/).waitFor();
      await page.keyboard.press('z');
      await notice.getByText(/^Taken back: /).waitFor();
      await page.getByText('switched off', { exact: true }).waitFor({ state: 'detached' });
    });

    it('theme, rows and times are a choice that the next page keeps', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.open('/builds');
      const before = await page
        .locator('tbody tr:visible')
        .first()
        .evaluate((row) => row.getBoundingClientRect().height);
      for (const words of ['theme: dark', 'rows: comfortable', 'times: exact, in UTC']) {
        await page.keyboard.press('Control+k');
        await page.keyboard.type(words);
        await page
          .getByRole('option', { name: new RegExp(`^${words}`, 'i') })
          .and(selected(page))
          .waitFor();
        await page.keyboard.press('Enter');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await visitor.open('/workers');
      await visitor.open('/builds');
      expect(
        await page.evaluate<string>('document.documentElement.computedStyleMap().get("color-scheme").toString()'),
      ).toBe('dark');
      expect(await page.locator('tbody time').first().textContent()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
      const after = await page
        .locator('tbody tr:visible')
        .first()
        .evaluate((row) => row.getBoundingClientRect().height);
      expect(after).toBeGreaterThanOrEqual(Math.max(44, before));
    });

    it('a row tells its exact time to who comes by keyboard', async () => {
      const visitor = await suite.visitor();
      await visitor.open('/builds');
      await visitor.page.keyboard.press('j');
      await visitor.page
        .locator('[data-time-hint]:popover-open')
        .getByText(/ · \d{4}-.* UTC$/)
        .waitFor();
    });

    it.each([360, 768, 1280])('no menu is clipped or covered %i px wide [A coolify#11228]', async (width) => {
      const visitor = await suite.visitor({ width });
      const { page } = visitor;
      await visitor.open(`${home}/b/2`);
      const menus: [Locator, Locator][] = [
        [page.getByRole('button', { name: 'Account and theme' }), page.locator('#account')],
        [page.getByRole('button', { name: 'Search and commands' }), page.locator('dialog[open]')],
        [page.getByRole('button', { name: 'Switch to another build' }), page.locator('dialog[open]')],
      ];
      const more = page.getByRole('button', { name: 'More' });
      if (await more.isVisible()) menus.push([more, page.locator('#more-pages')]);
      for (const [opener, menu] of menus) {
        await opener.click();
        await menu.waitFor();
        expect(await coveredCorners(menu)).toEqual([]);
        await page.keyboard.press('Escape');
        await menu.waitFor({ state: 'hidden' });
      }
      expect({
        overflow: await visitor.overflow(),
        tooWide: (await visitor.overflow()) ? await visitor.tooWide() : [],
      }).toEqual({ overflow: 0, tooWide: [] });
    });
  });
}

function selected(page: Page): Locator {
  return page.locator('[aria-selected=true]');
}

/** Corners of a menu, a little inside, at which something else would be pressed. */
function coveredCorners(menu: Locator): Promise<string[]> {
  return menu.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const corners = { 'top left': [left, top], 'bottom right': [right, bottom] } as const;
    return Object.entries(corners)
      .filter(([name, [x, y]]) => {
        const inset = name === 'top left' ? 6 : -6;
        const hit = element.ownerDocument.elementFromPoint(x + inset, y + inset);
        return hit === null || !element.contains(hit);
      })
      .map(([name]) => name);
  });
}
