import type { Page } from 'playwright-core';
import { at, type GalleryPage, refused } from '../gallery-page.js';

/** What belongs to no single project, and the doors. */
export const installationPages: readonly GalleryPage[] = [
  { name: 'images', path: at('/images') },
  { name: 'images-nothing-found', path: at('/images?q=nothing') },
  { name: 'insights', path: at('/insights') },
  { name: 'workers', path: at('/workers') },
  { name: 'trust', path: at('/trust') },
  { name: 'webhooks', path: at('/webhooks') },
  { name: 'audit', path: at('/audit') },
  { name: 'audit-installation', path: at('/audit?organization=installation') },
  { name: 'audit-as-member', path: at('/audit'), as: 'member' },
  { name: 'settings', path: at('/settings') },
  { name: 'settings-compared', path: at('/settings'), act: compareFile },
  { name: 'settings-as-member', path: at('/settings'), as: 'member' },
  { name: 'retention', path: at('/settings/retention?logDays=1') },
  { name: 'retention-as-member', path: at('/settings/retention'), as: 'member' },
  { name: 'account', path: at('/account') },
  { name: 'members', path: at('/members') },
  { name: 'members-as-member', path: at('/members'), as: 'member' },
  { name: 'tokens', path: at('/tokens') },
  { name: 'usage', path: at('/usage') },
  { name: 'organizations', path: at('/organizations') },
  { name: 'organizations-as-member', path: at('/organizations'), as: 'member' },
  { name: 'organization', path: ({ succeeded }) => `/organizations/${succeeded.organizationSlug}` },
  { name: 'reference', path: at('/reference') },
  { name: 'reference-operation', path: at('/reference/get-builds') },
  { name: 'reference-schema', path: at('/reference/schemas/Build') },
  { name: 'not-found', path: at('/p/nobody/nothing'), complaint: refused(404) },
];

export const doorPages: readonly GalleryPage[] = [
  { name: 'sign-in', path: at('/sign-in'), as: 'stranger' },
  { name: 'sign-in-refused', path: at('/sign-in'), as: 'stranger', complaint: refused(401), act: signInWrongly },
  { name: 'sign-in-provider-down', path: at('/sign-in?problem=provider_down'), as: 'stranger' },
  { name: 'invitation', path: ({ invitation }) => invitation, as: 'stranger' },
  { name: 'invitation-unknown', path: at('/invitation#unknown'), as: 'stranger', complaint: refused(404) },
  { name: 'new-password', path: ({ passwordReset }) => passwordReset, as: 'stranger' },
  { name: 'new-password-unknown', path: at('/reset-password#unknown'), as: 'stranger', complaint: refused(404) },
];

/** What an installation shows before anybody has an account. */
export const freshPages: readonly GalleryPage[] = [{ name: 'setup', path: at('/setup'), as: 'stranger' }];

async function compareFile(page: Page): Promise<void> {
  const text =
    'PUBLIC_URL=https://images.example.org\nLOG_LEVEL=debug\nPUBLC_URL=https://typo.example.org\nno assignment\n';
  const file = { name: 'cooperage.env', mimeType: 'text/plain', buffer: Buffer.from(text) };
  await page.getByLabel('Compare a file').setInputFiles(file);
  await page.getByRole('table', { name: 'What the file would change' }).waitFor();
}

async function signInWrongly(page: Page): Promise<void> {
  await page.getByLabel('Mail address', { exact: true }).fill('ada@example.test');
  await page.getByLabel('Password', { exact: true }).fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('These do not go together').waitFor();
}
