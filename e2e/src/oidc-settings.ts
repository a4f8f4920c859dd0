import type { TestOidcProvider } from '@cooperage/testing';

/** What an operator sets for a provider. */
export function oidcSettings({ issuer, clientId, clientSecret }: TestOidcProvider): Record<string, string> {
  return {
    OIDC_ISSUER_URL: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_ALLOWED_GROUPS: 'builders',
  };
}
