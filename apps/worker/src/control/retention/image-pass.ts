import { type ArtifactPart, type BuildProject, type ImageDeletion, idFloor } from '@cooperage/db';
import { type Digest, projectRepository, type RepositoryName } from '@cooperage/domain';
import { digestOf, inParallel, isRegistryError } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { taggedFor } from '../publish/delete-manifests.js';
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
  /** What signs it, with the lists of it. */
  readonly attached: ReadonlySet<Digest>;
  /** What it needs while it stands: its content and what is attached to it. */
  readonly needs: ReadonlySet<Digest>;
}

/** What goes with an image. */
export interface GoingContent extends Pick<ImageContent, 'manifests' | 'blobs'> {
  /** It is a signature of another image, or a list of such, that somebody published as an image: its manifest belongs to that one. */
  readonly isAttached: boolean;
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
  /** What of it is attached to an image that stays. */
  private readonly attached = new Set<Digest>();
  /** How many of those that are not deleted yet have it attached. */
  private readonly attachedCounts = new Map<Digest, number>();
  private readonly repository: RepositoryName;
  private readMs = 0;
  private after: string | null = null;
  private readIn: PublisherSession | null = null;
  private stay: string | null = null;

  constructor(
    private readonly project: BuildProject,
    private readonly images: Pick<ImageDeletion, 'page' | 'artifactParts'>,
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
    const attached = new Set<Digest>();
    for await (const part of this.signing([digest])) attached.add(part.digest);
    if (this.stay === null) for (const each of await taggedFor(session, this.repository, digest)) attached.add(each);
    const needs = new Set([...both(content), ...attached]);
    this.standing.set(digest, { content, attached, needs });
    count(this.counts, needs, 1);
    count(this.attachedCounts, attached, 1);
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
        await this.keepAttached(session, others);
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
  contentOf(digest: Digest): GoingContent {
    const content = this.stay === null ? this.standing.get(digest)?.content : null;
    const goes = (each: Digest) => this.counts.get(each) === 1 && !this.needed.has(each);
    return {
      manifests: new Set([...(content?.manifests ?? [])].filter((each) => goes(each) && !this.isOther(each, digest))),
      blobs: new Set([...(content?.blobs ?? [])].filter(goes)),
      isAttached: this.isAttached(digest),
    };
  }

  /** What of it the registry still serves when it is deleted, and why: for people; null where nothing. */
  leftOf(digest: Digest): string | null {
    if (this.isAttached(digest)) return 'its manifest stays: it is a signature of another image, or a list of such';
    const reason = this.stay ?? (this.standing.get(digest)?.content === null ? 'the image cannot be read' : null);
    return reason && `its layers stay until the registry collects its garbage: ${reason}`;
  }

  /** An image was deleted: what it had in common with others of the pass is theirs alone. */
  gone(digest: Digest): void {
    const gone = this.standing.get(digest);
    count(this.counts, gone?.needs ?? [], -1);
    count(this.attachedCounts, gone?.attached ?? [], -1);
    this.standing.delete(digest);
  }

  private isAttached(digest: Digest): boolean {
    if (this.attached.has(digest) || (this.attachedCounts.get(digest) ?? 0) > 0) return true;
    // Where not all others were read, its own word counts.
    return this.stay !== null && (this.standing.get(digest)?.content?.subjects.size ?? 0) > 0;
  }

  private isOther(manifest: Digest, digest: Digest): boolean {
    return manifest !== digest && this.standing.has(manifest);
  }

  private async keep(session: PublisherSession, other: Digest): Promise<void> {
    const content = await this.contentOrNull(session, other);
    if (!content) return this.letLayersStay('another image of the project cannot be read');
    for (const each of [other, ...both(content)]) if (this.counts.has(each)) this.needed.add(each);
  }

  /**
   * An image may name what signs another one as a part of its own, manifests too, or be such a part. Tags lead to lists of them, and to manifests
   * that hold several: they are looked up where an image to delete has a part of what they hold (R22D-7).
   */
  private async keepAttached(session: PublisherSession, others: readonly Digest[]): Promise<void> {
    const named = new Set<Digest>();
    for await (const { image, digest } of this.signing(others)) {
      if (!this.counts.has(digest) || digest === emptyConfig) continue;
      this.keepPart(digest);
      named.add(image);
    }
    for (const image of named)
      for (const each of await taggedFor(session, this.repository, image))
        if (this.counts.has(each)) this.keepPart(each);
  }

  private keepPart(digest: Digest): void {
    this.needed.add(digest);
    this.attached.add(digest);
  }

  /** Parts of what signs some images. Somebody may have signed one of them thousands of times. */
  private async *signing(images: readonly Digest[]): AsyncGenerator<ArtifactPart> {
    // Where all layers stay anyway, nothing is compared.
    if (this.stay !== null) return;
    const begun = performance.now();
    for await (const part of this.images.artifactParts(this.project.id, images)) {
      yield part;
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

function count(counts: Map<Digest, number>, digests: Iterable<Digest>, by: 1 | -1): void {
  for (const each of digests) counts.set(each, (counts.get(each) ?? 0) + by);
}

function* both(content: ImageContent | null): Generator<Digest> {
  if (!content) return;
  yield* content.manifests;
  yield* content.blobs;
}
