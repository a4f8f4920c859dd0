import { type Config, type NamedRegistry, publicRegistry } from '@cooperage/config';
import { type MasterKeys, masterKey, type RetentionPolicy } from '@cooperage/domain';
import { type RegistryTokenKey, registryTokenKey } from '@cooperage/oci';
import { type SessionCookie, sessionCookieOf } from '../auth/session-cookie.js';

/** What it takes to know a person by the session cookie. */
export interface SessionSettings {
  readonly publicUrl: string;
  readonly cookie: SessionCookie;
  /** Sign cookies and cursors; the first writes. */
  readonly secretKeys: readonly string[];
}

/** The one OpenID provider that people may sign in with. */
export interface OidcSettings {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Empty: everybody whom the provider knows. */
  readonly allowedGroups: readonly string[];
  /** Longest session of a sign-in: whoever loses a group is out after it. */
  readonly sessionHours: number;
}

/** Configuration as features use it: secrets opened, keys parsed. */
export interface ApiSettings extends SessionSettings {
  /** Seal stored secrets; the first writes. */
  readonly masterKeys: MasterKeys;
  readonly redisUrl: string;
  /** Of builders for untrusted code; null where they share the other. */
  readonly untrustedRedisUrl: string | null;
  readonly registry: Config<'api'>['registry'];
  /** As people and clusters reach it: what is shown. */
  readonly publicRegistry: NamedRegistry;
  readonly registryToken: { readonly key: RegistryTokenKey; readonly service: string; readonly issuer: string };
  readonly allowPlainHttp: readonly string[];
  /** `host:port` of registries of strangers' images that may be on inner addresses, and without TLS. */
  readonly innerRegistries: readonly string[];
  readonly organizationCreation: 'administrators' | 'everybody';
  /** What organizations inherit, in days. */
  readonly retention: RetentionPolicy;
  readonly oidc: OidcSettings | null;
  readonly smtp: { readonly url: string; readonly from: string } | null;
  readonly setup: { readonly token: string | null; readonly email: string | null };
}

export const API_SETTINGS = Symbol('ApiSettings');
/** What the process runs with, as it is shown to administrators. */
export const DESCRIBED_SETTINGS = Symbol('DescribedSettings');
export const SESSION_SETTINGS = Symbol('SessionSettings');

export function sessionSettingsOf(config: Config<'api'> | Config<'live'>): SessionSettings {
  const { publicUrl } = config.http;
  return {
    publicUrl,
    cookie: sessionCookieOf(publicUrl),
    secretKeys: config.secretKeys.map((secret) => secret.reveal()),
  };
}

export function settingsOf(config: Config<'api'>): ApiSettings {
  const { key, certificate, service, issuer } = config.registryToken;
  return {
    ...sessionSettingsOf(config),
    masterKeys: config.encryptionKeys.map((secret) => masterKey(secret.reveal())) as unknown as MasterKeys,
    redisUrl: config.redisUrl.reveal(),
    untrustedRedisUrl: config.untrustedRedisUrl?.reveal() ?? null,
    registry: config.registry,
    publicRegistry: publicRegistry(config.registry),
    registryToken: { key: registryTokenKey(key.reveal(), certificate), service, issuer },
    allowPlainHttp: config.allowPlainHttp,
    innerRegistries: config.innerRegistries,
    organizationCreation: config.organizationCreation,
    retention: config.retention,
    oidc: config.oidc && { ...config.oidc, clientSecret: config.oidc.clientSecret.reveal() },
    smtp: config.smtp && { url: config.smtp.url.reveal(), from: config.smtp.from },
    setup: { token: config.setupToken?.reveal() ?? null, email: config.initialAdminEmail },
  };
}
