import { oidcSettings } from '@cooperage/e2e';
import { browserSuite } from '@cooperage/e2e/browser';
import { startOidcProvider, type TestOidcProvider } from '@cooperage/testing';
import { afterAll, describe, it } from 'vitest';
import { button, signIn, signInBy } from './shared/sign-in.js';

let provider: TestOidcProvider;
const suite = browserSuite({
  apiEnv: async (origin) => {
    provider = await startOidcProvider(`${origin}/api/auth/oidc/callback`);
    return oidcSettings(provider);
  },
});
afterAll(() => provider?.close());

signIn(suite, () => provider);

// Last: it uses up what everybody of this address may try.
describe('signing in', () => {
  it('is refused for a while after many wrong tries, and says until when', async () => {
    const visitor = await suite.visitor({ signedIn: false });
    visitor.provokes(/status of (401|429)/);
    await visitor.open('/sign-in');
    for (let tries = 0; tries < 10; tries++) {
      await signInBy(visitor, `guess ${tries}`, 'mallory@example.test');
      await button(visitor, 'Sign in').and(visitor.page.locator(':enabled')).waitFor();
    }
    await signInBy(visitor, 'one more', 'mallory@example.test');
    await visitor.page
      .getByRole('alert')
      .filter({ hasText: /Too many tries.*again at \d{1,2}:\d{2}:\d{2}/s })
      .waitFor();
  });
});
