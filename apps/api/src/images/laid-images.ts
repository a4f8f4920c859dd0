import { type ImageFiles, layFiles, TooManyFilesError } from '@cooperage/oci';
import { SharedSlots } from '../http/shared-slots.js';

/** Laid out images that are kept, and how much of them: as `NodeCount` counts, some 150 bytes each. */
const mostKept = 4;
const mostKeptNodes = 1_200_000;
/** Each may take some 90 MB and seconds of work. Others of the same organization wait, or are asked to come again. */
const slots = { total: 2, perKey: 1, maxWaitMs: 15_000, maxWaiting: 8 };

/** `too_many` where an image has more files and folders than are laid out. */
export type LaidFiles = ImageFiles | 'too_many';

/** The entries of each layer, the lowest first; null when they are not all there. */
type LoadEntries = () => Promise<Parameters<typeof layFiles>[0] | null>;

/** Files of images as they were laid out last. Each image is laid out once for all who ask at the same time. */
export class LaidImages {
  private readonly kept = new Map<string, LaidFiles>();
  private readonly underWay = new Map<string, Promise<LaidFiles | null>>();
  private readonly slots = new SharedSlots('lists of files', slots);

  /**
   * @param key of the image
   * @returns null where the entries are not all there
   * @throws {ApiProblem} `rate_limited` while too many others are laid out
   */
  files(key: string, organizationId: string, load: LoadEntries): Promise<LaidFiles | null> {
    const kept = this.kept.get(key);
    if (kept !== undefined) return Promise.resolve(this.keep(key, kept));
    const known = this.underWay.get(key);
    if (known) return known;
    const laying = this.lay(key, organizationId, load).finally(() => this.underWay.delete(key));
    this.underWay.set(key, laying);
    return laying;
  }

  private async lay(key: string, organizationId: string, load: LoadEntries): Promise<LaidFiles | null> {
    const release = await this.slots.take(organizationId);
    try {
      const listings = await load();
      return listings && this.keep(key, await layFiles(listings));
    } catch (error) {
      if (error instanceof TooManyFilesError) return this.keep(key, 'too_many');
      throw error;
    } finally {
      release();
    }
  }

  /** The newest one stays, whatever it weighs. */
  private keep(key: string, files: LaidFiles): LaidFiles {
    this.kept.delete(key);
    this.kept.set(key, files);
    const nodes = () => [...this.kept.values()].reduce((sum, each) => sum + (each === 'too_many' ? 0 : each.nodes), 0);
    for (const oldest of this.kept.keys()) {
      if (oldest === key || (this.kept.size <= mostKept && nodes() <= mostKeptNodes)) break;
      this.kept.delete(oldest);
    }
    return files;
  }
}
