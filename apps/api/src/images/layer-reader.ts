import { LayerListingRepository, type ListedLayer } from '@cooperage/db';
import type { RepositoryName } from '@cooperage/domain';
import { type Descriptor, type LayerEntry, LayerError, type RegistryClient, readLayer } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../app/logger.js';

/** What is known of a layer; undefined while it is read. */
export type KnownLayer = ListedLayer | undefined;

/** Layers that are read at the same time: unpacking must not take the machine from those who ask for other pages. */
const readsAtOnce = 2;
/** Asked-for layers beyond this are not remembered: whoever looks at the page asks again. */
const mostWaiting = 200;
const readTimeoutMs = 120_000;

interface Wanted {
  readonly key: string;
  readonly projectId: string;
  readonly layer: Descriptor;
  readonly client: RegistryClient;
  readonly repository: RepositoryName;
}

/** Reads layers behind the back of whoever asks, each once, and keeps what was found. No page ever waits for it. */
@Injectable()
export class LayerReader implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Wanted>();
  private readonly reading = new Map<string, Promise<void>>();
  private readonly end = new AbortController();

  constructor(
    private readonly listings: LayerListingRepository<LayerEntry>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What is known of these layers now. Those that are not known begin to be read. */
  async look(
    projectId: string,
    layers: readonly Descriptor[],
    client: RegistryClient,
    repository: RepositoryName,
  ): Promise<KnownLayer[]> {
    const digests = layers.map(({ digest }) => digest);
    const known = await this.listings.find(projectId, digests);
    for (const layer of layers)
      if (!known.has(layer.digest))
        this.want({ key: `${projectId} ${layer.digest}`, projectId, layer, client, repository });
    return layers.map(({ digest }) => known.get(digest));
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
    this.waiting.set(wanted.key, wanted);
    this.next();
  }

  private next(): void {
    const [wanted] = this.waiting.values();
    if (!wanted || this.reading.size >= readsAtOnce || this.end.signal.aborted) return;
    this.waiting.delete(wanted.key);
    const done = this.read(wanted).finally(() => {
      this.reading.delete(wanted.key);
      this.next();
    });
    this.reading.set(wanted.key, done);
    this.next();
  }

  /** A registry that does not answer leaves nothing behind: the next look asks again. */
  private async read({ projectId, layer, client, repository }: Wanted): Promise<void> {
    const signal = AbortSignal.any([this.end.signal, AbortSignal.timeout(readTimeoutMs)]);
    try {
      const open = (maxBytes: number) => client.blobs.open(repository, layer.digest, { maxBytes, signal });
      const { entries, unpackedBytes } = await readLayer(layer, open, { signal });
      await this.listings.keep(projectId, layer.digest, { problem: null, entries, unpackedBytes });
    } catch (error) {
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
