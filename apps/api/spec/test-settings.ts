import { randomBytes } from 'node:crypto';
import { type Config, loadConfig } from '@cooperage/config';
import { newRegistryTokenKey } from '@cooperage/oci';

export interface TestAddresses {
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly registryHost: string;
  readonly registryToken?: { readonly key: string; readonly certificate: string };
  readonly webUrl?: string;
  readonly liveUrl?: string;
  readonly publicUrl?: string;
  readonly secretKey?: string;
  /** More variables of the api process. */
  readonly variables?: Readonly<Record<string, string>>;
}

export const setupToken = 'one-time-token-of-the-tests';

/** Configuration of real processes, read by the product's own reader. */
export function testConfig(addresses: TestAddresses): { readonly api: Config<'api'>; readonly live: Config<'live'> } {
  const token = addresses.registryToken ?? generatedTokenKey();
  const common = {
    LOG_LEVEL: 'silent',
    DATABASE_URL: addresses.databaseUrl,
    REDIS_URL: addresses.redisUrl,
    PUBLIC_URL: addresses.publicUrl ?? `http://127.0.0.1:${addresses.port}`,
    SECRET_KEY: addresses.secretKey ?? randomBytes(32).toString('hex'),
  };
  const api = loadConfig('api', {
    ...common,
    PORT: String(addresses.port),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    COOPERAGE_WEB_URL: addresses.webUrl ?? 'http://127.0.0.1:9',
    COOPERAGE_LIVE_URL: addresses.liveUrl ?? 'http://127.0.0.1:9',
    COOPERAGE_REGISTRY: addresses.registryHost,
    COOPERAGE_REGISTRY_INSECURE: 'true',
    COOPERAGE_REGISTRY_TOKEN_KEY: token.key,
    COOPERAGE_REGISTRY_TOKEN_CERT: token.certificate,
    COOPERAGE_SETUP_TOKEN: setupToken,
    COOPERAGE_ALLOW_PLAIN_HTTP: '127.0.0.1:9',
    ...addresses.variables,
  });
  return { api, live: loadConfig('live', { ...common, PORT: '0' }) };
}

function generatedTokenKey(): { key: string; certificate: string } {
  const { privateKeyPem, certificatePem } = newRegistryTokenKey('tests', 1);
  return { key: privateKeyPem, certificate: certificatePem };
}
