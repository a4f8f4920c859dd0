import type { ProjectRecord } from '@cooperage/db';
import { type Digest, projectRepository } from '@cooperage/domain';
import { type Descriptor, manifestEntries, type Platform, readImageRoot, readManifestOf } from '@cooperage/oci';
import { Injectable } from '@nestjs/common';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { ConfigViews } from './config-views.js';
import { type ImageContent, type ImageSource, layerMakers, readImageContent, shortDescriptor } from './read-image.js';
import { copied } from './text-room.js';

/** Each may hold an index, a manifest and a config, some 60 MiB while they are parsed. */
const slots = { total: 4, perKey: 2, maxWaitMs: pageWaitMs, maxWaiting: 64 };

export type ImageProject = Pick<ProjectRecord, 'organizationId' | 'organizationSlug' | 'slug'>;

/** One manifest of an image: what its layers are. */
export interface ManifestLayers {
  readonly digest: Digest;
  /** By the index; undefined without one, or where it does not say. */
  readonly platform: Platform | undefined;
  readonly layers: readonly Descriptor[];
  readonly config: Digest;
}

/** Which manifest is meant, of those that an image has. */
export type Choice = (entries: readonly ManifestEntry[]) => ManifestEntry | undefined;
export interface ManifestEntry {
  readonly digest: Digest;
  readonly platform?: Platform;
}

/**
 * Reads images from the registry for those who look at them. Manifests and configs are other people's and large, so few are
 * read at once, each organization has its share of that, and only what is shown outlives its slot.
 */
@Injectable()
export class ImageReader {
  private readonly slots = new SharedSlots('reads of images', slots);
  private readonly configs = new ConfigViews();

  constructor(private readonly registry: RegistryReader) {}

  /**
   * @throws {RegistryError} see `readImageContent`
   * @throws {ApiProblem} `rate_limited` while too many images of the organization are read
   */
  content(project: ImageProject, digest: Digest): Promise<ImageContent> {
    return this.inSlot(project, (source) => readImageContent(source, digest));
  }

  /**
   * One manifest of an image. The others are not read.
   * @returns null where `choose` finds none
   * @throws {RegistryError}
   * @throws {ApiProblem} `rate_limited`, as `content`
   */
  manifest(project: ImageProject, digest: Digest, choose: Choice): Promise<ManifestLayers | null> {
    return this.inSlot(project, async ({ client, repository }) => {
      const root = await readImageRoot(client, repository, digest);
      const entries = manifestEntries(root).map((entry) => entry ?? { digest: root.root.digest });
      const chosen = choose(entries);
      if (!chosen) return null;
      const entry = manifestEntries(root).find((each) => each?.digest === chosen.digest);
      const { stored, document } = await readManifestOf(client, repository, root, entry);
      const layers = document.layers.map(shortDescriptor);
      return copied({ digest: stored.digest, platform: entry?.platform, layers, config: document.config.digest });
    });
  }

  /**
   * What made each layer of a manifest; null where its config does not say.
   * @throws {RegistryError}
   * @throws {ApiProblem} `rate_limited`, as `content`
   */
  makers(project: ImageProject, { layers, config }: ManifestLayers): Promise<(string | null)[]> {
    return this.inSlot(project, async ({ client, repository, configs }) =>
      layerMakers({ layers }, await configs.read(client, repository, config)),
    );
  }

  private inSlot<Result>(project: ImageProject, work: (source: ImageSource) => Promise<Result>): Promise<Result> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const read = () => work({ client: this.registry.clientFor(project), repository, configs: this.configs });
    return this.slots.during(read, project.organizationId);
  }
}
