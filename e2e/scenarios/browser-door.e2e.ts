import { administrator, until } from '@cooperage/e2e';
import { browserSuite, type Visitor } from '@cooperage/e2e/browser';
import { describe, expect, it } from 'vitest';

const guest = { email: 'grace@example.test', name: 'Grace', password: 'a ship in port is safe' };

describe('a fresh installation', () => {
  const suite = browserSuite({ setUp: false });
  const stranger = () => suite.visitor({ signedIn: false });
  const heading = (visitor: Visitor, name: string) => visitor.page.getByRole('heading', { name, level: 1 }).waitFor();
  const fill = (visitor: Visitor, label: string, text: string) =>
    visitor.page.getByLabel(label, { exact: true }).fill(text);
  const signIn = async (visitor: Visitor, password: string) => {
    await fill(visitor, 'Mail address', administrator.email);
    await fill(visitor, 'Password', password);
    await visitor.press(visitor.page.getByRole('button', { name: 'Sign in' }));
  };

  it('leads whoever comes to its set-up, once, and only with the token that it printed', async () => {
    const visitor = await stranger();
    await visitor.open('/builds');
    await heading(visitor, 'Set up this installation');
    await fill(visitor, 'Set-up token', 'guessed');
    await fill(visitor, 'Your name', administrator.name);
    await fill(visitor, 'Mail address', administrator.email);
    await fill(visitor, 'Password', administrator.password);
    await fill(visitor, 'Organization', 'Acme Works');
    expect(await visitor.page.getByLabel('Short name').inputValue()).toBe('acme-works');
    const submit = visitor.page.getByRole('button', { name: 'Set up and sign in' });
    visitor.provokes(/status of 40[013]/);
    await visitor.press(submit);
    await visitor.page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
    await fill(visitor, 'Set-up token', suite.product.setupToken);
    await visitor.press(submit);
    await heading(visitor, 'Overview');
    await visitor.page.getByText('No project was made yet').waitFor();
    await visitor.open('/setup');
    await heading(visitor, 'Overview');
  });

  it('lets the administrator in through the page, back to where they wanted to go', async () => {
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

  it('never sends anyone to another site after the sign-in', async () => {
    const visitor = await stranger();
    for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
      await visitor.open(`/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(visitor, administrator.password);
      await heading(visitor, 'Overview');
      expect(visitor.page.url()).toBe(`${suite.product.origin}/`);
      await visitor.context.clearCookies();
    }
  });

  it('takes in who was invited, by a link that works once', async () => {
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
    await invited.page.getByText(`Acme Works invites ${guest.email} as viewer.`).waitFor();
    await fill(invited, 'Your name', guest.name);
    await fill(invited, 'Password', guest.password);
    await invited.press(invited.page.getByRole('button', { name: 'Make the account and join' }));
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
    await late.page.getByRole('alert').filter({ hasText: 'not known' }).waitFor();
  });
});
