import { ApiClient } from '../api-client.js';
import type { Installation } from '../installation.js';

/** A person who may read and nothing else. */
const member = { email: 'hank@example.test', name: 'Hank Hooper', password: 'an adze and a croze' };

export interface People {
  readonly member: ApiClient;
  /** Links as they are handed to somebody, from the path on. Nobody uses them up. */
  readonly invitation: string;
  readonly passwordReset: string;
}

/** A member beside the administrator, and somebody who was invited and has not come yet. */
export async function invitePeople({ api, origin }: Installation): Promise<People> {
  const me = await api.json<{ organizations: { organizationId: string }[] }>('GET', '/api/v1/me');
  const organization = `/api/v1/organizations/${me.organizations[0]!.organizationId}`;
  const invite = (email: string) =>
    api.json<{ url: string }>('POST', `${organization}/invitations`, { email, role: 'viewer' });
  const { url } = await invite(member.email);
  const { name, password } = member;
  await api.json('POST', '/api/v1/invitations/accept', { secret: new URL(url).hash.slice(1), name, password });
  const asMember = new ApiClient(origin);
  await asMember.signIn(member.email, password);
  const { items } = await api.json<{ items: { userId: string; email: string }[] }>('GET', `${organization}/members`);
  const userId = items.find(({ email }) => email === member.email)?.userId;
  const reset = await api.json<{ url: string }>('POST', `${organization}/members/${userId}/password-resets`);
  const waiting = await invite('stave@example.test');
  return {
    member: asMember,
    invitation: pathOf(waiting.url),
    passwordReset: pathOf(reset.url),
  };
}

function pathOf(link: string): string {
  const { pathname, hash } = new URL(link);
  return pathname + hash;
}
