import type { Digest, RepositoryName } from '@cooperage/domain';
import {
  defaultImageLimits,
  isRegistryError,
  parseImageConfig,
  type RegistryClient,
  RegistryError,
} from '@cooperage/oci';
import { type ConfigView, viewOfConfig } from './config-view.js';

/** Views that are kept, and their characters: views of usual configs have some thousand each. */
const mostKept = 1_000;
const mostKeptCharacters = 16 << 20;

interface Kept {
  /** Or why there is none. That lies in its bytes as well, so nobody has to find it out again. */
  readonly view: ConfigView | RegistryError;
  readonly characters: number;
}

const refusalCharacters = 1_000;

/** What was shown of configs last. A config is read from the registry once for all who look at it. */
export class ConfigViews {
  private readonly kept = new Map<string, Kept>();
  private characters = 0;

  /**
   * The caller holds a slot: a config has up to 8 MiB, and several times that while it is read.
   * @throws {RegistryError} `not_found`, `unavailable`; `invalid` for what is no config or is too large
   */
  async read(client: RegistryClient, repository: RepositoryName, digest: Digest): Promise<ConfigView> {
    // Equal digests of two repositories are two: the registry decides who may read which.
    const key = `${repository} ${digest}`;
    const known = this.kept.get(key);
    if (known) return this.keep(key, known);
    const bytes = await client.blobs.read(repository, digest, { maxBytes: defaultImageLimits.configBytes });
    return this.keep(key, viewed(bytes));
  }

  private keep(key: string, kept: Kept): ConfigView {
    this.forget(key);
    this.kept.set(key, kept);
    this.characters += kept.characters;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept && this.characters <= mostKeptCharacters) break;
      this.forget(oldest);
    }
    if (kept.view instanceof RegistryError) throw kept.view;
    return kept.view;
  }

  private forget(key: string): void {
    this.characters -= this.kept.get(key)?.characters ?? 0;
    this.kept.delete(key);
  }
}

function viewed(bytes: Uint8Array): Kept {
  try {
    const view = viewOfConfig(parseImageConfig(bytes), bytes.length);
    return { view, characters: JSON.stringify(view).length };
  } catch (error) {
    if (!isRegistryError(error, 'invalid')) throw error;
    return { view: error, characters: refusalCharacters };
  }
}
