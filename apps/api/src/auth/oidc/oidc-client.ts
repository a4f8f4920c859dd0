import * as openid from 'openid-client';
import type { OidcSettings } from '../../app/settings.js';
import { identityOf, type OidcIdentity } from './oidc-identity.js';

/** What a browser brings back from the provider is checked against this; it travels sealed in a cookie. */
export interface OidcAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** The provider does not answer, or not as one. What it says of a person is another matter. */
export class ProviderDownError extends Error {
  override readonly name = 'ProviderDownError';
}

const timeoutSeconds = 10;
const scope = 'openid email profile';

/** Authorization code flow with PKCE (RFC 6749, 7636, OpenID Connect Core 3.1) against the configured provider. */
export class OidcClient {
  private found: Promise<openid.Configuration> | undefined;

  constructor(
    private readonly settings: OidcSettings,
    private readonly redirectUri: string,
  ) {}

  /**
   * Asks the provider anew each time: to one that went away since, people would be sent into an error page of their browser.
   * @throws {ProviderDownError}
   */
  async begin(returnTo: string): Promise<{ readonly url: string; readonly attempt: OidcAttempt }> {
    this.found = undefined;
    const configuration = await this.configuration();
    const attempt = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
      returnTo,
    };
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, attempt };
  }

  /**
   * @param query of the address that the provider has sent the browser to
   * @throws {ProviderDownError}, or whatever is wrong with the answer: state, issuer, audience, nonce, signature, time.
   */
  async finish(query: string, attempt: OidcAttempt): Promise<OidcIdentity> {
    const configuration = await this.configuration();
    const tokens = await reached(
      openid.authorizationCodeGrant(configuration, new URL(`${this.redirectUri}?${query}`), {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      }),
    );
    const claims = tokens.claims();
    if (!claims) throw new Error('the provider sent no ID token');
    const more = configuration.serverMetadata().userinfo_endpoint
      ? await reached(openid.fetchUserInfo(configuration, tokens.access_token, claims.sub))
      : {};
    return identityOf(claims.iss, claims.sub, { ...more, ...claims });
  }

  /** Asked for once a sign-in; again after it failed. */
  private configuration(): Promise<openid.Configuration> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = undefined;
      throw new ProviderDownError('the provider does not say how it is spoken to', { cause: error });
    });
    return this.found;
  }

  private discover(): Promise<openid.Configuration> {
    const { issuerUrl, clientId, clientSecret } = this.settings;
    const issuer = new URL(issuerUrl);
    // Plain http is a provider on this very machine: the configuration takes no other.
    const insecure = issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
    return openid.discovery(issuer, clientId, undefined, openid.ClientSecretBasic(clientSecret), {
      timeout: timeoutSeconds,
      // The signature too, although TLS has proven who sent the token.
      execute: [openid.enableNonRepudiationChecks, ...insecure],
    });
  }
}

/** Tells a provider that is away from one whose answer is refused. */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isAway(error)) throw new ProviderDownError('the provider does not answer', { cause: error });
    throw error;
  }
}

function isAway(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at.name === 'TimeoutError' || (at instanceof TypeError && at.message === 'fetch failed')) return true;
  }
  return error instanceof openid.ClientError && /^OAUTH_(?:TIMEOUT|ABORT)$/.test(error.code ?? '');
}
