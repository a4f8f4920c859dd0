import { invalidAnswer } from '../registry-error.js';

/** Where a registry may send us on. Addresses are strangers' text: each is checked before a byte goes there. */
export class AddressRules {
  readonly #origin: URL;
  readonly #trustedHosts: ReadonlySet<string>;

  /** @param trustedHosts `host` or `host:port` that may be reached by plain http, or be uploaded to. */
  constructor(origin: URL, trustedHosts: readonly string[]) {
    this.#origin = origin;
    this.#trustedHosts = new Set(trustedHosts.map((host) => host.toLowerCase()));
  }

  /**
   * Where an upload goes on (`Location` of an upload session): at the same registry. The scheme is ours, since
   * registries behind a proxy often say the wrong one.
   * @throws {RegistryError} `invalid`.
   */
  upload(location: string | undefined): URL {
    const url = this.#resolve(location, this.#origin);
    if (url.host === this.#origin.host) url.protocol = this.#origin.protocol;
    else if (!this.#trustedHosts.has(url.host)) throw invalidAnswer('the registry sends an upload to another host');
    return url;
  }

  /** Where content or a token is fetched: any https address, or the same or a trusted host. @throws {RegistryError} `invalid`. */
  fetch(location: string | undefined, base: URL = this.#origin): URL {
    const url = this.#resolve(location, base);
    if (url.protocol === 'https:' || this.isOwn(url) || this.#trustedHosts.has(url.host)) return url;
    throw invalidAnswer('the registry sends us to an address without encryption');
  }

  isOwn(url: URL): boolean {
    return url.origin === this.#origin.origin;
  }

  #resolve(location: string | undefined, base: URL): URL {
    if (!location || !URL.canParse(location, base.href))
      throw invalidAnswer('the registry gives no address to go on at');
    const url = new URL(location, base);
    if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username || url.password)
      throw invalidAnswer('the registry gives an address that we do not follow');
    return url;
  }
}
