import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration } from 'oidc-provider';

type Claims = Record<string, unknown>;

/** What a provider that lies makes of an ID token. */
export interface ForgedToken {
  readonly header?: Claims;
  readonly claims?: Claims;
  /** `provider` signs with the provider's own key, `foreign` with another of the same name. */
  readonly signedBy: 'provider' | 'foreign' | 'nobody';
}

/** A real OpenID provider on loopback; its own pages take every password, and the name typed in is the person. */
export interface TestOidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Claims of people, by the name with which they sign in there. */
  readonly people: Map<string, Claims>;
  /** Makes the next ID tokens other than they should be; null ends it. */
  forge(change: ForgedToken | null): void;
  /** Away: nothing is listened to until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

/** @param redirectUri where the provider may send people back to. */
export async function startOidcProvider(redirectUri: string): Promise<TestOidcProvider> {
  // Loaded where it is needed only: most tests sign in by password.
  const { default: Provider } = await import('oidc-provider');
  const keys = { provider: newKey(), foreign: newKey() };
  const people = new Map<string, Claims>();
  const client = { id: 'cooperage', secret: `s-${randomUUID()}` };
  let forged: ForgedToken | null = null;
  let server = createServer();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configurationOf(client, redirectUri, keys.provider, people));
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (forged && context.path === '/token' && body?.id_token)
      context.body = { ...body, id_token: forgery(body.id_token, forged, keys) };
  });
  const answer = provider.callback();
  server.on('request', answer);
  return {
    issuer,
    clientId: client.id,
    clientSecret: client.secret,
    people,
    forge: (change) => {
      forged = change;
    },
    away: () => end(server),
    back: async () => {
      server = createServer(answer);
      await listen(server, port);
    },
    close: () => end(server),
  };
}

function configurationOf(
  client: { readonly id: string; readonly secret: string },
  redirectUri: string,
  key: TestKey,
  people: ReadonlyMap<string, Claims>,
): Configuration {
  return {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    cookies: { keys: [randomUUID()] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...people.get(accountId) }),
    }),
  };
}

interface TestKey {
  readonly privateKey: ReturnType<typeof createPrivateKey>;
}

function newKey(): TestKey {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function forgery(token: string, change: ForgedToken, keys: Readonly<Record<'provider' | 'foreign', TestKey>>): string {
  const [header, claims] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims);
  const parts = [
    { ...header, ...change.header },
    { ...claims, ...change.claims },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (change.signedBy === 'nobody') return `${text}.`;
  return `${text}.${sign('sha256', Buffer.from(text), keys[change.signedBy].privateKey).toString('base64url')}`;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
