import type { CreatedToken, Me } from '@cooperage/contracts';
import type { SecretBook } from '../parts/secret-book.ts';
import { type Api, ApiRefusal } from './api.ts';

/** Nobody receives mail there: the name is reserved for the machine itself (RFC 6761). */
const EMAIL = 'admin@cooperage.localhost';
const ORGANIZATION = { name: 'Workshop', slug: 'workshop' };
const PASSWORD = 'admin-password';
const TOKEN = 'api-token';

export interface SignIn {
  readonly email: string;
  readonly password: string;
}

/** The first account, as it was made; a person may have changed its password since. */
export function firstSignIn(secrets: SecretBook): SignIn {
  return { email: EMAIL, password: secrets.secret(PASSWORD, 18) };
}

/** The launcher's own token, where an earlier start made one. */
export function withKeptToken(api: Api, secrets: SecretBook): Api | undefined {
  const token = secrets.find(TOKEN);
  return token === undefined ? undefined : api.with({ token });
}

/**
 * Makes the first account where nobody can sign in yet, and a token with which the launcher asks from then on.
 * @returns undefined when somebody else set the service up, or changed the password and revoked the token.
 */
export async function ensureAccount(api: Api, secrets: SecretBook, setupToken: string): Promise<Api | undefined> {
  const { needed } = await api.get<{ needed: boolean }>('/api/v1/setup');
  if (needed) await setUp(api, firstSignIn(secrets), setupToken);
  const known = withKeptToken(api, secrets);
  if (known && (await isAccepted(known))) return known;
  return makeToken(api, secrets);
}

async function setUp(api: Api, signIn: SignIn, token: string): Promise<void> {
  await api.post('/api/v1/setup', { token, name: 'Administrator', ...signIn, organization: ORGANIZATION });
}

async function isAccepted(api: Api): Promise<boolean> {
  return (await unlessUnauthenticated(() => api.get<Me>('/api/v1/me'))) !== undefined;
}

async function makeToken(api: Api, secrets: SecretBook): Promise<Api | undefined> {
  const { email, password } = firstSignIn(secrets);
  const session = await unlessUnauthenticated(() => api.signIn(email, password));
  if (!session) return undefined;
  const person = api.with(session);
  const organizationId = (await person.get<Me>('/api/v1/me')).organizations[0]?.organizationId;
  const wanted = { organizationId, name: './cooperage', scopes: ['read', 'write', 'registry'], expiresInDays: null };
  const { secret } = await person.post<CreatedToken>('/api/v1/tokens', wanted);
  secrets.put(TOKEN, secret);
  return api.with({ token: secret });
}

async function unlessUnauthenticated<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 401) return undefined;
    throw error;
  }
}
