import type { Page, Project, ProjectSummary } from '@cooperage/contracts';
import { administrator, type Installation, until } from '@cooperage/e2e';
import { type BrowserSuite, patience, type Visitor } from '@cooperage/e2e/browser';
import { query } from '@cooperage/testing';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';

const guest = { email: 'grace@example.test', name: 'Grace', password: 'a ship in port is safe' };

/** @param tag of a row of the scorecard, for the titles */
export function door(suite: BrowserSuite<Installation>, tag = ''): void {
  describe('a fresh installation', () => {
    const stranger = () => suite.visitor({ signedIn: false });
    const heading = (visitor: Visitor, name: string) => visitor.page.getByRole('heading', { name, level: 1 }).waitFor();
    const fill = (visitor: Visitor, label: string, text: string) =>
      visitor.page.getByLabel(label, { exact: true }).fill(text);
    const fiveWork = async (visitor: Visitor) => {
      const parts = visitor.page.getByRole('region', { name: /stands on/ }).getByRole('listitem');
      await expect.poll(() => parts.filter({ hasText: 'Works' }).count(), patience).toBe(5);
    };
    /** As a person without a mouse gets there. */
    const tabTo = async (visitor: Visitor, target: Locator) => {
      for (let presses = 0; presses < 60; presses++) {
        if (await target.evaluate((node) => node.matches(':focus'))) return;
        await visitor.page.keyboard.press('Tab');
      }
      throw new Error('the Tab key does not lead there');
    };
    const type = async (visitor: Visitor, label: string, text: string) => {
      await tabTo(visitor, visitor.page.getByLabel(label, { exact: true }));
      await visitor.page.keyboard.type(text);
    };
    const stockCosignAgrees = async () => {
      const { product } = suite;
      await product.signIn();
      const { items } = await product.api.json<Page<ProjectSummary>>('GET', '/api/v1/projects');
      const { id } = items.find(({ slug }) => slug === 'first-image')!;
      const project = await product.api.json<Project>('GET', `/api/v1/projects/${id}`);
      const [build] = (await product.api.builds(project.id)).items;
      expect(await product.cosign({ project }, 'verify', build!.digest!)).toContain(build!.digest);
    };
    const signIn = async (visitor: Visitor, password: string) => {
      await fill(visitor, 'Mail address', administrator.email);
      await fill(visitor, 'Password', password);
      await visitor.press(visitor.page.getByRole('button', { name: 'Sign in' }));
    };

    it(`leads whoever comes to its set-up, and further only with the token that it printed${tag}`, async () => {
      const visitor = await stranger();
      await visitor.open('/builds');
      await heading(visitor, 'Set up this installation');
      visitor.provokes(/status of 40[013]/);
      await fill(visitor, 'Set-up token', 'guessed');
      await visitor.press(visitor.page.getByRole('button', { name: 'Begin' }));
      await visitor.page.getByRole('alert').filter({ hasText: 'The set-up token is wrong' }).waitFor();
      expect(await visitor.page.getByText('What this installation stands on').count()).toBe(0);
    });

    it(`comes from nothing to a signed image by keyboard alone${tag || ' [A2 first signed image from nothing]'}`, async () => {
      const startedAt = Date.now();
      const visitor = await stranger();
      const { page } = visitor;
      visitor.provokes(/status of 401/);
      await visitor.open('/setup');
      await page.keyboard.type(suite.product.setupToken);
      await page.keyboard.press('Enter');
      await fiveWork(visitor);
      await visitor.open(page.url());
      await fiveWork(visitor);
      await type(visitor, 'Your name', administrator.name);
      await type(visitor, 'Mail address', administrator.email);
      await type(visitor, 'Password', administrator.password);
      await type(visitor, 'Organization', 'Acme Works');
      await expect.poll(() => page.getByLabel('Short name').inputValue(), patience).toBe('acme-works');
      await page.keyboard.press('Enter');
      await page.getByText('you are signed in as').waitFor();
      await visitor.alive();
      await tabTo(visitor, page.getByRole('button', { name: 'Build the sample' }));
      await page.keyboard.press('Enter');
      await page.waitForURL('**/p/acme-works/first-image/b/1');
      await page.locator('main header').getByText('Succeeded', { exact: true }).waitFor({ timeout: 120_000 });
      const outcome = page.getByRole('region', { name: 'Outcome' });
      await outcome
        .getByText(/^cosign verify /)
        .first()
        .waitFor();
      expect(await outcome.getByRole('list', { name: 'Tags that moved' }).textContent()).toContain('latest');
      expect(Date.now() - startedAt).toBeLessThan(5 * 60_000);
      await stockCosignAgrees();
    });

    it(`says of a part that does not work what was measured, why, and what to do, until it works${tag}`, async () => {
      const visitor = await stranger();
      const { page } = visitor;
      await visitor.open('/sign-in?next=/setup');
      await signIn(visitor, administrator.password);
      await fiveWork(visitor);
      await suite.product.end('builder');
      const builder = page.getByRole('listitem', { name: 'Builder', exact: true });
      await visitor.press(page.getByRole('button', { name: 'Check all again' }));
      await builder.getByText('Looking').waitFor();
      // The API's own test waits these twenty seconds out.
      const aged = "UPDATE setup_check SET asked_at = asked_at - interval '18 seconds' WHERE name = 'builder'";
      await query(suite.product.databaseUrl, aged);
      await builder.getByText('No builder has taken the check in 20 s.').waitFor({ timeout: 40_000 });
      await builder.getByText('Likely cause:').waitFor();
      await builder.getByText(/^docker compose up -d builder/).waitFor();
      await suite.product.begin('builder');
      await visitor.press(page.getByRole('button', { name: 'Check Builder again' }));
      await builder.getByText('Works').waitFor();
      expect(await visitor.overflow()).toBe(0);
    });

    it(`lets the administrator in through the page, back to where they wanted to go${tag}`, async () => {
      const visitor = await stranger();
      await visitor.open('/builds?status=failed');
      await heading(visitor, 'Sign in');
      visitor.provokes(/status of 401/);
      await signIn(visitor, 'wrong horse');
      await visitor.page.getByRole('alert').filter({ hasText: 'These do not go together' }).waitFor();
      await signIn(visitor, administrator.password);
      await visitor.page.waitForURL('**/builds?status=failed');
      await heading(visitor, 'Builds');
      await visitor.press(visitor.page.getByRole('button', { name: 'Account and theme' }));
      await visitor.page.getByText(administrator.email).waitFor();
      await visitor.page.getByRole('button', { name: 'Sign out' }).click();
      await heading(visitor, 'Sign in');
      await visitor.open('/builds');
      await heading(visitor, 'Sign in');
    });

    it(`never sends anyone to another site after the sign-in${tag}`, async () => {
      const visitor = await stranger();
      for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
        await visitor.open(`/sign-in?next=${encodeURIComponent(next)}`);
        await signIn(visitor, administrator.password);
        await heading(visitor, 'Overview');
        expect(visitor.page.url()).toBe(`${suite.product.origin}/`);
        // A page that stays open would be told that its session has ended.
        await visitor.page.goto('about:blank');
        await visitor.context.clearCookies();
      }
    });

    it(`takes in who was invited, by a link that works once${tag}`, async () => {
      const host = await stranger();
      await host.open('/sign-in?next=/members');
      await signIn(host, administrator.password);
      await heading(host, 'Members');
      await fill(host, 'Mail address', guest.email);
      await host.page.getByLabel('Role', { exact: true }).selectOption('viewer');
      await host.press(host.page.getByRole('button', { name: 'Invite' }));
      const link = await host.page.getByRole('status').locator('code').textContent();
      const invited = await stranger();
      await invited.open(link ?? '');
      await invited.page.getByText(`Acme Works invites ${guest.email} to join as viewer.`).waitFor();
      await fill(invited, 'Your name', guest.name);
      await fill(invited, 'Password', guest.password);
      await invited.press(invited.page.getByRole('button', { name: 'Create account and join' }));
      await heading(invited, 'Overview');
      await invited.open('/members');
      expect(await invited.page.getByRole('heading', { name: 'Invite someone' }).count()).toBe(0);
      await until('the host sees the guest', async () => {
        await host.open('/members');
        return (await host.page.getByText(guest.email).count()) === 1;
      });
      const late = await stranger();
      late.provokes(/status of 404/);
      await late.open(link ?? '');
      await late.page.getByRole('alert').filter({ hasText: 'invitation is invalid' }).waitFor();
    });
  });
}
