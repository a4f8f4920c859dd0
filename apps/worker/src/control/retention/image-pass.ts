import { type BuildProject, type ImageDeletion, idFloor } from '@cooperage/db';
import { type Digest, projectRepository, type RepositoryName } from '@cooperage/domain';
import { digestOf, inParallel, isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { contentOf, type ImageContent } from '../publish/image-content.js';
import type { PublisherSession } from '../publish/publisher-session.js';

/** Each holds a document or two of at most 4 MiB. */
const parallelReads = 4;
/** Images that are read between two looks at the clock. */
const imagesAtOnce = 50;
/** The config of every signature: another image may name it as well. */
const emptyConfig = digestOf(Buffer.from('{}'));
/** Ids are made by several processes: so much may their clocks differ. */
const clocksDifferMs = 600_000;

export interface PassBounds {
  /** Digests that are held of images to delete; more than that only of the first one. */
  readonly mostDigests: number;
  /** Of reading the images that stay, in all its sessions. */
  readonly mostReadMs: number;
  /** Of reading what signs some of the images. */
  readonly mostArtifactsMs: number;
}

/** An image that is to be deleted. */
interface Standing {
  /** Null where it cannot be read. */
  readonly content: ImageContent | null;
  /** What it needs while it stands, with the blobs of what signs it. */
  readonly needs: ReadonlySet<Digest>;
}

/**
 * Some images of a project that are to be deleted, and what of them no other image has. The images that stay are read once for all of
 * them, over as many publisher sessions as that takes: a later session reads what was published since.
 */
export class ImagePass {
  /** Of images that are not deleted yet: what one of them has in common with another goes with the last one. */
  private readonly standing = new Map<Digest, Standing>();
  /** How many of these need it. */
  private readonly counts = new Map<Digest, number>();
  /** What of it an image has that stays. */
  private readonly needed = new Set<Digest>([emptyConfig]);
  private readonly repository: RepositoryName;
  private readMs = 0;
  private after: string | null = null;
  private readIn: PublisherSession | null = null;
  private stay: string | null = null;

  constructor(
    private readonly project: BuildProject,
    private readonly images: Pick<ImageDeletion, 'page' | 'artifactBlobs'>,
    private readonly bounds: PassBounds,
    private readonly logger: Logger,
  ) {
    this.repository = projectRepository(project.organizationSlug, project.slug);
  }

  get isFull(): boolean {
    return this.counts.size >= this.bounds.mostDigests;
  }

  /** Of an image that cannot be read its manifest is all that is known. @throws {RegistryError} `unavailable`, `denied` */
  async add(session: PublisherSession, digest: Digest): Promise<void> {
    const content = await this.contentOrNull(session, digest);
    const needs = new Set(both(content));
    for await (const blob of this.signing([digest])) needs.add(blob);
    this.standing.set(digest, { content, needs });
    for (const each of needs) this.counts.set(each, (this.counts.get(each) ?? 0) + 1);
  }

  /**
   * Reads the images that stay. Where one of them cannot be read, all layers stay: what it needs is not known.
   * @param until the time of `performance.now()` at which it stops
   * @returns whether all that this session can see were read; else the next session goes on
   * @throws {RegistryError} `unavailable`, `denied`; it can be repeated
   */
  async read(session: PublisherSession, until: number): Promise<boolean> {
    if (this.readIn === session || this.stay !== null) return true;
    const begun = performance.now();
    try {
      for (;;) {
        const page = await this.images.page(this.project.id, this.after, imagesAtOnce);
        const others = page.map(({ digest }) => digest).filter((digest) => !this.standing.has(digest));
        await inParallel(others, parallelReads, (other) => this.keep(session, other));
        // An image may name what signs another one as a layer of its own.
        for await (const blob of this.signing(others)) if (this.counts.has(blob)) this.needed.add(blob);
        if (this.stay !== null) return true;
        this.after = page.at(-1)?.id ?? this.after;
        if (page.length < imagesAtOnce) {
          this.readIn = session;
          return true;
        }
        if (this.readMs + performance.now() - begun > this.bounds.mostReadMs) {
          this.letLayersStay('the project has too many other images to compare with');
          return true;
        }
        if (performance.now() >= until) return false;
      }
    } finally {
      this.readMs += performance.now() - begun;
      const floor = idFloor(new Date(Date.now() - clocksDifferMs));
      if (this.after !== null && this.after > floor) this.after = floor;
    }
  }

  /** What goes with an image that was added, once `read` has said that all others were read. */
  contentOf(digest: Digest): ImageContent {
    const content = this.stay === null ? this.standing.get(digest)?.content : null;
    const goes = (each: Digest) => this.counts.get(each) === 1 && !this.needed.has(each);
    return {
      manifests: new Set([...(content?.manifests ?? [])].filter((each) => goes(each) && !this.isOther(each, digest))),
      blobs: new Set([...(content?.blobs ?? [])].filter(goes)),
    };
  }

  /** What of it the registry still serves when it is deleted, and why: for people; null where nothing. */
  leftOf(digest: Digest): string | null {
    const reason = this.stay ?? (this.standing.get(digest)?.content === null ? 'the image cannot be read' : null);
    return reason && `its layers stay until the registry collects its garbage: ${reason}`;
  }

  /** An image was deleted: what it had in common with others of the pass is theirs alone. */
  gone(digest: Digest): void {
    for (const each of this.standing.get(digest)?.needs ?? []) this.counts.set(each, this.counts.get(each)! - 1);
    this.standing.delete(digest);
  }

  private isOther(manifest: Digest, digest: Digest): boolean {
    return manifest !== digest && this.standing.has(manifest);
  }

  private async keep(session: PublisherSession, other: Digest): Promise<void> {
    const content = await this.contentOrNull(session, other);
    if (!content) return this.letLayersStay('another image of the project cannot be read');
    for (const each of [other, ...both(content)]) if (this.counts.has(each)) this.needed.add(each);
  }

  /** Blobs of what signs some images. Somebody may have signed one of them thousands of times. */
  private async *signing(images: readonly Digest[]): AsyncGenerator<Digest> {
    // Where all layers stay anyway, nothing is compared.
    if (this.stay !== null) return;
    const begun = performance.now();
    for await (const blob of this.images.artifactBlobs(this.project.id, images)) {
      yield blob;
      if (performance.now() - begun > this.bounds.mostArtifactsMs)
        return this.letLayersStay('the project has too many signatures to compare with');
    }
  }

  private letLayersStay(reason: string): void {
    if (this.stay !== null) return;
    this.stay = reason;
    this.logger.warn({ repository: this.repository, reason }, 'layers of deleted images stay');
  }

  /** Null for what cannot be read. */
  private async contentOrNull(session: PublisherSession, digest: Digest): Promise<ImageContent | null> {
    try {
      return await contentOf(session, this.repository, digest);
    } catch (error) {
      if (!isRegistryError(error, 'invalid')) throw error;
      this.logger.warn({ err: error, repository: this.repository, digest }, 'an image cannot be read');
      return null;
    }
  }
}

function* both(content: ImageContent | null): Generator<Digest> {
  if (!content) return;
  yield* content.manifests;
  yield* content.blobs;
}
