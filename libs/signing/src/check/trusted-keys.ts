import { isSignedBy, type PublicKey, publicKeyOf } from '../key/public-key.js';

/** Keys that are looked at. To read one and to try it takes a moment of the processor, in one piece for all. */
const mostKeys = 50;
const mostNamed = 3;
const mostRemembered = 1_000;

/** By PEM, the newest last: parsing is what takes long, and each verification of a project has the same keys. */
const remembered = new Map<string, PublicKey>();

/** The keys whose signatures count: the one that signs now, and older ones that still verify. */
export class TrustedKeys {
  readonly #byHint: ReadonlyMap<string, PublicKey>;
  readonly #further: number;

  /**
   * @param pems newest first; those after the fiftieth are not looked at
   * @throws {TypeError} when one of the first fifty is no ECDSA P-256 public key
   */
  constructor(pems: readonly string[]) {
    this.#byHint = new Map(
      pems
        .slice(0, mostKeys)
        .map(known)
        .map((key) => [key.hint, key]),
    );
    this.#further = Math.max(0, pems.length - mostKeys);
  }

  /** Hints of the newest few, and how many more there are: a sentence has room for no more. */
  get named(): string {
    const hints = [...this.#byHint.keys()];
    const more = Math.max(0, hints.length - mostNamed) + this.#further;
    return `${hints.slice(0, mostNamed).join(' or ')}${more > 0 ? `, or one of ${more} more` : ''}`;
  }

  byHint(hint: string): PublicKey | undefined {
    return this.#byHint.get(hint);
  }

  /** The key that made this signature; undefined when none of ours did. */
  signerOf(signed: Uint8Array, signature: Uint8Array): PublicKey | undefined {
    return [...this.#byHint.values()].find((key) => isSignedBy(key, signed, signature));
  }
}

function known(pem: string): PublicKey {
  const key = remembered.get(pem) ?? publicKeyOf(pem);
  remembered.delete(pem);
  remembered.set(pem, key);
  if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value!);
  return key;
}
