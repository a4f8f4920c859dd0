import { LayerListingRepository, type ListedLayer, type ProjectRecord } from '@cooperage/db';
import { FairShares, type Release, type RepositoryName } from '@cooperage/domain';
import { type Descriptor, type LayerEntry, LayerError, type RegistryClient, readLayer } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../app/logger.js';

/** What is known of a layer; undefined while it is read. */
export type KnownLayer = ListedLayer | undefined;

/** Layers that are read at the same time: unpacking must not take the machine from those who ask for other pages. */
const reads = { total: 2, perKey: 1 };
/** Layers beyond this are not remembered: the page asks again. */
const mostWaiting = 1_000;
const mostWaitingOfOne = 100;
const readTimeoutMs = 120_000;
/** A layer that took too long is left alone for so long: nobody may keep a reader busy by looking at a page. */
const pauseMs = 10 * 60_000;
const mostPaused = 10_000;
const tooSlow: ListedLayer = { problem: 'too_slow', entries: 0, unpackedBytes: 0 };

interface Wanted {
  readonly key: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly layer: Descriptor;
  readonly client: RegistryClient;
  readonly repository: RepositoryName;
}

/** Reads layers behind the back of whoever asks, each once, and keeps what was found. No page ever waits for it. */
@Injectable()
export class LayerReader implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Wanted>();
  private readonly reading = new Map<string, Promise<void>>();
  private readonly shares = new FairShares(reads);
  /** When each may be read again, the oldest first. */
  private readonly paused = new Map<string, number>();
  private readonly end = new AbortController();

  constructor(
    private readonly listings: LayerListingRepository<LayerEntry>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** How long one layer may take. */
  protected readonly timeoutMs: number = readTimeoutMs;

  /** What is known of these layers now. Those that are not known begin to be read. */
  async look(
    { id: projectId, organizationId }: Pick<ProjectRecord, 'id' | 'organizationId'>,
    layers: readonly Descriptor[],
    client: RegistryClient,
    repository: RepositoryName,
  ): Promise<KnownLayer[]> {
    const digests = layers.map(({ digest }) => digest);
    const known = await this.listings.find(projectId, digests);
    return layers.map((layer) => {
      const found = known.get(layer.digest);
      if (found) return found;
      const key = `${projectId} ${layer.digest}`;
      if ((this.paused.get(key) ?? 0) > Date.now()) return tooSlow;
      this.want({ key, projectId, organizationId, layer, client, repository });
      return undefined;
    });
  }

  /** The entries of layers that are listed; null when they are not all there. */
  entries(projectId: string, layers: readonly Descriptor[]): Promise<AsyncIterable<LayerEntry[]> | null> {
    return this.listings.entries(
      projectId,
      layers.map(({ digest }) => digest),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.waiting.clear();
    this.end.abort(new Error('the process ends'));
    await Promise.all(this.reading.values());
  }

  private want(wanted: Wanted): void {
    if (this.reading.has(wanted.key) || this.waiting.has(wanted.key) || this.waiting.size >= mostWaiting) return;
    if (this.waitingOf(wanted.organizationId).length >= mostWaitingOfOne) return;
    this.waiting.set(wanted.key, wanted);
    this.next();
  }

  private waitingOf(organizationId: string): Wanted[] {
    return [...this.waiting.values()].filter((other) => other.organizationId === organizationId);
  }

  private next(): void {
    if (this.end.signal.aborted) return;
    for (const wanted of this.waiting.values()) {
      const release = this.shares.tryTake(wanted.organizationId);
      if (!release) continue;
      this.begin(wanted, release);
      return;
    }
  }

  private begin(wanted: Wanted, release: Release): void {
    this.waiting.delete(wanted.key);
    const done = this.read(wanted).finally(() => {
      this.reading.delete(wanted.key);
      // Its others stand behind those of everybody else now.
      for (const other of this.waitingOf(wanted.organizationId)) {
        this.waiting.delete(other.key);
        this.waiting.set(other.key, other);
      }
      release();
      this.next();
    });
    this.reading.set(wanted.key, done);
    this.next();
  }

  private pause(key: string): void {
    this.paused.delete(key);
    this.paused.set(key, Date.now() + pauseMs);
    if (this.paused.size > mostPaused) this.paused.delete(this.paused.keys().next().value!);
  }

  /** A registry that says it is away leaves nothing behind: the next look asks again. */
  private async read({ key, projectId, layer, client, repository }: Wanted): Promise<void> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const signal = AbortSignal.any([this.end.signal, timeout]);
    try {
      const open = (maxBytes: number) => client.blobs.open(repository, layer.digest, { maxBytes, signal });
      const { entries, unpackedBytes } = await readLayer(layer, open, { signal });
      await this.listings.keep(projectId, layer.digest, { problem: null, entries, unpackedBytes });
    } catch (error) {
      if (timeout.aborted) this.pause(key);
      await this.failed(projectId, layer, error).catch((reason: unknown) =>
        this.logger.warn({ err: reason, projectId }, 'the list of a layer could not be kept'),
      );
    }
  }

  private async failed(projectId: string, { digest }: Descriptor, error: unknown): Promise<void> {
    const isFinal = error instanceof LayerError && error.problem !== 'missing';
    if (isFinal) await this.listings.keep(projectId, digest, { problem: error.problem });
    else this.logger.warn({ err: error, projectId, digest }, 'a layer could not be read');
  }
}
