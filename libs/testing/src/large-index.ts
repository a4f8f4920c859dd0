import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface Given {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
/** Collecting garbage takes a while, so it is done now and then. */
const looksEvery = 16;

/** Calls of a registry that an index of many large manifests needs. Everything that it asks about blobs is there. */
export class LargeIndex {
  readonly digest: string;
  /** Most manifests that somebody held at the same time, at the moments when it was counted. */
  mostHeld = 0;
  readonly put: string[] = [];
  readonly deleted: string[] = [];
  private readonly documents = new Map<string, { readonly text: string; readonly mediaType: string }>();
  private given: WeakRef<Buffer>[] = [];
  private calls = 0;
  private readonly collect: () => void;

  /** @param bytesEach length of each manifest */
  constructor(
    readonly count: number,
    bytesEach: number,
  ) {
    setFlagsFromString('--expose-gc');
    this.collect = runInNewContext('gc') as () => void;
    const manifests = Array.from({ length: count }, (_, at) => {
      const blob = (name: string) => ({ mediaType: 'x/y', digest: digestOf(`${name} ${at}`), size: 1 });
      const document = {
        ...{ schemaVersion: 2, mediaType: manifestType, config: blob('config'), layers: [blob('layer')] },
        annotations: { padding: `${at}`.padEnd(bytesEach, 'x') },
      };
      return { ...this.keep(document, manifestType), platform: { os: 'linux', architecture: `a${at}` } };
    });
    this.digest = this.keep({ schemaVersion: 2, mediaType: indexType, manifests }, indexType).digest;
  }

  /** What a test gives as its client. */
  get client(): object {
    return {
      manifests: {
        get: (_: string, digest: string) => this.manifest(digest),
        head: async (_: string, digest: string) => (this.documents.has(digest) ? { digest } : null),
        put: async (_: string, __: null, { digest }: Given) => this.put.push(digest),
        delete: async (_: string, digest: string) => this.deleted.push(digest),
      },
      blobs: { size: async () => 1, mount: async () => true },
    };
  }

  private async manifest(digest: string): Promise<Given> {
    // What was made in one turn is held until its end.
    await setImmediate();
    if (++this.calls % looksEvery === 0) this.look();
    const { text, mediaType } = this.documents.get(digest)!;
    const bytes = Buffer.from(text);
    this.given.push(new WeakRef(bytes));
    return { bytes, digest, mediaType, size: bytes.length };
  }

  private look(): void {
    this.collect();
    this.given = this.given.filter((each) => each.deref() !== undefined);
    this.mostHeld = Math.max(this.mostHeld, this.given.length);
  }

  private keep(document: object, mediaType: string) {
    const text = JSON.stringify(document);
    const digest = digestOf(text);
    this.documents.set(digest, { text, mediaType });
    return { mediaType, digest, size: text.length };
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
