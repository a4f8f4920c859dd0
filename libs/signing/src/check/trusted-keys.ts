import { isSignedBy, type PublicKey, publicKeyOf } from '../key/public-key.js';

/** The keys whose signatures count: the one that signs now, and older ones that still verify. */
export class TrustedKeys {
  readonly #byHint: ReadonlyMap<string, PublicKey>;

  /** @throws {TypeError} when one of `pems` is no ECDSA P-256 public key. */
  constructor(pems: readonly string[]) {
    this.#byHint = new Map(pems.map(publicKeyOf).map((key) => [key.hint, key]));
  }

  get hints(): string[] {
    return [...this.#byHint.keys()];
  }

  byHint(hint: string): PublicKey | undefined {
    return this.#byHint.get(hint);
  }

  /** The key that made this signature; undefined when none of ours did. */
  signerOf(signed: Uint8Array, signature: Uint8Array): PublicKey | undefined {
    return [...this.#byHint.values()].find((key) => isSignedBy(key, signed, signature));
  }
}
