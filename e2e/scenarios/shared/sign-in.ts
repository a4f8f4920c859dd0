import { administrator, type Installation } from '@cooperage/e2e';
import type { BrowserSuite, Visitor } from '@cooperage/e2e/browser';
import type { TestOidcProvider } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';

export const button = ({ page }: Visitor, name: string) => page.getByRole('button', { name, exact: true });

/** Fills the form of the page in, and sends it. */
export async function signInBy(visitor: Visitor, password: string, email = administrator.email): Promise<void> {
  await visitor.page.getByLabel('Mail address').fill(email);
  await visitor.page.getByLabel('Password').fill(password);
  await visitor.press(button(visitor, 'Sign in'));
}

/**
 * @param provider that the installation was told of
 * @param tag of a row of the scorecard, for the titles
 */
export function signIn(suite: BrowserSuite<Installation>, provider: () => TestOidcProvider, tag = ''): void {
  describe('signing in', () => {
    const stranger = () => suite.visitor({ signedIn: false });
    const byProvider = ({ page }: Visitor) => page.getByRole('link', { name: 'Sign in with 127.0.0.1' });
    const heading = ({ page }: Visitor, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
    /** As somebody ends it from another device. */
    const endSession = async ({ context }: Visitor) => {
      const headers = { origin: suite.product.origin };
      const answer = await context.request.post('/api/auth/sign-out', { headers, data: {} });
      expect(answer.status()).toBe(200);
    };

    it(`by the provider’s own pages leads to where somebody wanted to go${tag}`, async () => {
      const { people, issuer } = provider();
      people.set('nora', {
        ...{ email: 'nora@acme.example', email_verified: true, name: 'Nora', groups: ['builders'] },
      });
      const visitor = await stranger();
      const { page } = visitor;
      // The provider's test pages fetch a font from the network.
      visitor.provokes(/fonts|favicon|ERR_/);
      await visitor.open('/builds?filter=is%3Afailed');
      await visitor.press(byProvider(visitor));
      await page.waitForURL(`${issuer}/**`);
      await page.locator('input[name=login]').fill('nora');
      await page.locator('input[name=password]').fill('any');
      await page.locator('button[type=submit]').click();
      await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
      await page.locator('button[type=submit]').click();
      await page.waitForURL(`${suite.product.origin}/builds?filter=is%3Afailed`);
      await heading(visitor, 'Builds');
    });

    it(`says that the provider is away, and by password still leads there${tag}`, async () => {
      const visitor = await stranger();
      await visitor.open('/sign-in?next=/members');
      await provider().away();
      try {
        await visitor.press(byProvider(visitor));
        await visitor.page.getByRole('alert').filter({ hasText: 'does not answer now. Use your password' }).waitFor();
      } finally {
        await provider().back();
      }
      await signInBy(visitor, administrator.password);
      await visitor.page.waitForURL('**/members');
    });

    it(`again happens over the page where a session ended in the middle of work, and nothing typed is lost${tag}`, async () => {
      const visitor = await stranger();
      const { page } = visitor;
      await visitor.open('/sign-in?next=/projects/new');
      await signInBy(visitor, administrator.password);
      await heading(visitor, 'New project');
      await page.getByLabel('Clone address').fill('https://git.example.com/team/long-typed.git');
      visitor.provokes(/status of 401/);
      await endSession(visitor);
      await visitor.press(button(visitor, 'Make the project'));
      const overlay = page.getByRole('dialog', { name: 'Your session has ended' });
      await overlay.waitFor();
      expect(await overlay.getByLabel('Mail address').inputValue()).toBe(administrator.email);
      await page.keyboard.type('not this one');
      await page.keyboard.press('Enter');
      await overlay.getByText('These do not go together').waitFor();
      await overlay.getByLabel('Password').fill(administrator.password);
      await page.keyboard.press('Enter');
      await overlay.waitFor({ state: 'hidden' });
      // What was asked for is asked once more by itself.
      await page.getByRole('status').filter({ hasText: 'Now tell the git host' }).waitFor();
    });

    it(`again is offered to whoever comes back to a page that asks for nothing by itself${tag}`, async () => {
      const visitor = await stranger();
      const { page } = visitor;
      await page.clock.install();
      await visitor.open('/sign-in?next=/tokens');
      await signInBy(visitor, administrator.password);
      await heading(visitor, 'Tokens');
      // Half a minute later the code of the page is there.
      await visitor.alive();
      visitor.provokes(/status of 401/);
      await endSession(visitor);
      await page.clock.fastForward(31_000);
      await page.keyboard.press('j');
      const overlay = page.getByRole('dialog', { name: 'Your session has ended' });
      await overlay.getByText('go on where you were').waitFor();
      await page.keyboard.press('Escape');
      await overlay.waitFor({ state: 'hidden' });
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Tokens');
    });
  });
}
