/** Docker's token scheme: https://distribution.github.io/distribution/spec/auth/token/ */
export interface TokenAuthentication {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly certificateFile: string;
}

export interface RegistrySettings {
  /** Where it listens: host and port. */
  readonly address: string;
  readonly storage: string;
  /** Signs the state of uploads. */
  readonly secret: string;
  readonly token: TokenAuthentication | undefined;
  /** It takes no write from anybody. */
  readonly readOnly?: boolean;
}

/** Settings of a registry, version 2: https://distribution.github.io/distribution/about/configuration/ (JSON is YAML). */
export function registrySettings({ address, storage, secret, token, readOnly }: RegistrySettings): string {
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: storage },
      cache: { blobdescriptor: 'inmemory' },
      delete: { enabled: true },
      // Beginnings of uploads that were broken off: for a day. Control counts them for as long (docs/adr/0047).
      maintenance: {
        uploadpurging: { enabled: !readOnly, age: '24h', interval: '1h', dryrun: false },
        ...(readOnly && { readonly: { enabled: true } }),
      },
    },
    http: { addr: address, secret, relativeurls: true, headers: { 'X-Content-Type-Options': ['nosniff'] } },
    ...(token && { auth: { token: tokenSettings(token) } }),
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

function tokenSettings({ realm, service, issuer, certificateFile }: TokenAuthentication) {
  return { realm, service, issuer, rootcertbundle: certificateFile, autoredirect: false };
}
