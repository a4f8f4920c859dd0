import { randomBytes } from 'node:crypto';
import { ApiClient, type Product } from '@cooperage/e2e';

/** Cookies of so many people of the first organization, each invited and signed in. */
export async function sessionsOf({ api }: Product, count: number): Promise<string[]> {
  const me = await api.json<{ organizations: { organizationId: string }[] }>('GET', '/api/v1/me');
  const { organizationId } = me.organizations[0]!;
  const cookies: string[] = [];
  for (let at = 0; at < count; at++) {
    const [email, password] = [
      `viewer-${randomBytes(4).toString('hex')}@example.test`,
      randomBytes(16).toString('hex'),
    ];
    const path = `/api/v1/organizations/${organizationId}/invitations`;
    const { url } = await api.json<{ url: string }>('POST', path, { email, role: 'viewer' });
    const person = new ApiClient(api.origin);
    await person.json('POST', '/api/v1/invitations/accept', { secret: url.split('#')[1], name: 'A viewer', password });
    await person.signIn(email, password);
    cookies.push(person.cookies);
  }
  return cookies;
}
