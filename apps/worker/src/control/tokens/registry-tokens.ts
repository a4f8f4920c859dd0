import {
  mintRegistryToken,
  type RegistryScope,
  type RegistryTokenKey,
  registryTokenLeewaySeconds,
} from '@cooperage/oci';

export interface RegistryTokensOptions {
  readonly key: RegistryTokenKey;
  readonly service: string;
  readonly issuer: string;
}

/** Mints the tokens by which control and builders reach the registry. */
export class RegistryTokens {
  constructor(private readonly options: RegistryTokensOptions) {}

  /** A token that is good for `ttlSeconds` by its own word; the registry is lenient for a minute more. */
  mint(subject: string, scopes: readonly RegistryScope[], ttlSeconds: number): string {
    return this.mintAt(subject, scopes, ttlSeconds, Date.now());
  }

  /**
   * A token that the registry itself refuses after `ttlSeconds`: its expiry lies earlier by the registry's leeway. For
   * publishers, whose token must not outlive their tenure.
   */
  mintStrict(subject: string, scopes: readonly RegistryScope[], ttlSeconds: number): string {
    return this.mintAt(subject, scopes, ttlSeconds, Date.now() - registryTokenLeewaySeconds * 1000);
  }

  private mintAt(subject: string, scopes: readonly RegistryScope[], ttlSeconds: number, nowMs: number): string {
    const { key, service, issuer } = this.options;
    return mintRegistryToken(key, { issuer, service, subject, asked: scopes, granted: scopes, ttlSeconds, nowMs })
      .token;
  }
}
