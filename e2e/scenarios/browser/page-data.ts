import { readFile } from 'node:fs/promises';
import { ApiDescription, type BrowserSuite, patience } from '@cooperage/e2e/browser';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

/** Pages, and the only ones, that show nothing of the data: forms of strangers, a form, and the description itself. */
const withoutData = ['/invitation', '/reset-password', '/setup', '/sign-in', '/projects/new'];
const reference = /^\/reference/;

/** What a page shows is what the API says: by the command that the page names, by its `.json`, as it is described. */
export function pageData(suite: BrowserSuite): void {
  describe('the data of a page', () => {
    /** By the page's route, an address of it. */
    let pages: Readonly<Record<string, string>>;
    let description: ApiDescription;
    beforeAll(async () => {
      const repository = await suite.product.repository();
      for (const word of ['one', 'two']) {
        const { commit } = await suite.product.push(repository, { Dockerfile: `FROM scratch\nCOPY . /${word}\n` });
        const build = await suite.product.finished(repository, commit);
        const home = `/p/${build.organizationSlug}/${build.projectSlug}`;
        pages = addresses(home, build.digest ?? '', build.deliveryId ?? '');
      }
      description = await ApiDescription.of(suite.product.origin);
    });

    it('is asked of every page that there is', async () => {
      const manifest = new URL('../../../apps/web/.next/app-path-routes-manifest.json', import.meta.url);
      const built = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, string>;
      const routes = Object.entries(built)
        .filter(([file, route]) => file.endsWith('/page') && !route.startsWith('/_') && !reference.test(route))
        .map(([, route]) => route);
      expect(routes.toSorted()).toEqual([...Object.keys(pages), ...withoutData].toSorted());
    });

    it('comes by its command and by .json, both the same, and is what the API describes [A2 CLI twin of each page] [A2 OpenAPI covers each page]', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
      const faults: string[] = [];
      for (const path of Object.values(pages)) {
        await visitor.open(path);
        await page.keyboard.press('c');
        await expect.poll(copied, patience).toMatch(/^curl /);
        const [, url = ''] = /(?:'|\s)(http[^'\s]+)'?$/.exec(await copied()) ?? [];
        const [byCommand, byTwin] = await Promise.all([data(page, url), data(page, twinOf(path))]);
        expect(Object.keys(byCommand.body as object).length, path).toBeGreaterThan(0);
        expect({ path, ...byTwin }).toEqual({ path, ...byCommand });
        faults.push(...description.faultsOf(url, byCommand.status, byCommand.body));
        await page.evaluate(`navigator.clipboard.writeText('')`);
      }
      expect(faults).toEqual([]);
    });
  });
}

function addresses(home: string, digest: string, deliveryId: string): Readonly<Record<string, string>> {
  const project = '/p/[org]/[project]';
  return {
    '/': '/',
    '/builds': '/builds?filter=is%3Asucceeded',
    '/projects': '/projects',
    '/members': '/members',
    '/tokens': '/tokens',
    '/workers': '/workers',
    '/webhooks': '/webhooks',
    '/images': '/images',
    '/insights': '/insights?days=30',
    '/trust': '/trust',
    '/settings': '/settings',
    '/usage': '/usage',
    '/organizations': '/organizations',
    '/organizations/[org]': `/organizations/${home.split('/')[2]}`,
    '/settings/retention': '/settings/retention',
    '/account': '/account',
    '/audit': '/audit?action=project.create',
    [project]: `${home}?filter=is%3Asucceeded`,
    [`${project}/b/[number]`]: `${home}/b/2`,
    [`${project}/cache`]: `${home}/cache`,
    [`${project}/compare`]: `${home}/compare?a=1&b=2`,
    [`${project}/images`]: `${home}/images`,
    [`${project}/images/[digest]`]: `${home}/images/${digest}`,
    [`${project}/deliveries`]: `${home}/deliveries`,
    [`${project}/deliveries/[id]`]: `${home}/deliveries/${deliveryId}`,
    [`${project}/settings`]: `${home}/settings`,
  };
}

/** `.json` behind the path, before the query. */
function twinOf(path: string): string {
  const [pathname = '', search] = path.split('?', 2);
  return `${pathname === '/' ? '/index' : pathname}.json${search === undefined ? '' : `?${search}`}`;
}

/** As the page's own person, after all redirects. What beats by itself is left out. */
async function data(page: Page, url: string): Promise<{ status: number; body: unknown }> {
  return page.evaluate(async (address) => {
    const response = await fetch(address);
    const beat = new Date(0).toISOString();
    const text = (await response.text())
      .replaceAll(/"heartbeatAt":"[^"]*"/g, `"heartbeatAt":"${beat}"`)
      .replaceAll(/"freeBytes":\d+/g, '"freeBytes":0');
    return { status: response.status, body: JSON.parse(text) as unknown };
  }, url);
}
