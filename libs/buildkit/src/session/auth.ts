import { generateKeyPairSync, sign } from 'node:crypto';
import { rpcCode } from '../wire/errors.js';
import { SessionFault, type SessionMethod, unaryMethod } from './service.js';

/** Where the engine gets its rights at registries from. */
export interface RegistryAuth {
  /** Whether this session mints the tokens for a registry; else the engine asks for credentials or goes as nobody. */
  hasTokens(host: string): boolean;
  /** Null refuses the scopes. */
  token(host: string, scopes: readonly string[]): Promise<{ token: string; expiresInSeconds: number } | null>;
  credentials(host: string): { username: string; password: string } | null;
}

const service = '/moby.filesync.v1.Auth';

/**
 * Registry rights over the session. The engine keeps what it learned of a registry and shares it between sessions that
 * prove to be the same: by this key pair, made anew for every session, or by equal credentials. So that nobody's
 * anonymous access is taken for ours, a registry with tokens has no credentials, not even empty ones.
 */
export function authMethods(auth: RegistryAuth): SessionMethod[] {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const rawPublicKey = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const requireTokens = (host: string) => {
    if (!auth.hasTokens(host)) throw new SessionFault(rpcCode.unimplemented, 'no tokens for this registry');
  };
  return [
    unaryMethod(`${service}/GetTokenAuthority`, 'HostRequest', 'TokenAuthorityResponse', ({ Host }) => {
      requireTokens(Host);
      return { PublicKey: rawPublicKey };
    }),
    unaryMethod(
      `${service}/VerifyTokenAuthority`,
      'VerifyTokenAuthorityRequest',
      'VerifyTokenAuthorityResponse',
      ({ Host, Payload }) => {
        requireTokens(Host);
        // NaCl's combined form: the signature, then what was signed.
        return { Signed: Buffer.concat([sign(null, Payload, privateKey), Payload]) };
      },
    ),
    unaryMethod(`${service}/FetchToken`, 'FetchTokenRequest', 'FetchTokenResponse', async ({ Host, Scopes }) => {
      requireTokens(Host);
      const granted = await auth.token(Host, Scopes);
      if (!granted) throw new SessionFault(rpcCode.permissionDenied, `no token for ${Scopes.join(' ')}`);
      return { Token: granted.token, ExpiresIn: Math.floor(granted.expiresInSeconds) };
    }),
    unaryMethod(`${service}/Credentials`, 'HostRequest', 'CredentialsResponse', ({ Host }) => {
      if (auth.hasTokens(Host)) throw new SessionFault(rpcCode.failedPrecondition, 'this registry takes tokens');
      const credentials = auth.credentials(Host);
      return credentials ? { Username: credentials.username, Secret: credentials.password } : {};
    }),
  ];
}
