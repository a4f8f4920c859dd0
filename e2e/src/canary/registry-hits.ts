import { registryToken, type TestServices } from '@cooperage/testing';
import type { Canary } from './canary.js';

interface Document {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly blobs?: readonly { readonly digest: string }[];
}

const accepted = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  '*/*',
].join(', ');

/** Walks all that a repository of a registry holds: each tag, these digests, their referrers, and what they name. */
export class RegistryHits {
  readonly hits: string[] = [];
  /** Documents and layers that were looked at. */
  readonly looked = new Set<string>();

  constructor(
    private readonly canary: Canary,
    private readonly registry: TestServices['registry'],
  ) {}

  async look(repository: string, digests: readonly string[] = []): Promise<void> {
    const token = registryToken(repository, ['pull'], this.registry);
    const get = (path: string) =>
      fetch(`http://${this.registry.host}/v2/${repository}/${path}`, {
        headers: { authorization: `Bearer ${token}`, accept: accepted },
      });
    const list = await get('tags/list');
    const tags = list.ok ? (((await list.json()) as { tags: string[] | null }).tags ?? []) : [];
    for (const reference of [...tags, ...digests]) await this.manifest(repository, reference, get);
  }

  private async manifest(repository: string, reference: string, get: (path: string) => Promise<Response>) {
    const place = `${repository}@${reference}`;
    if (this.looked.has(place)) return;
    const answer = await get(`manifests/${reference}`);
    if (!answer.ok) return;
    const bytes = Buffer.from(await answer.arrayBuffer());
    this.note(place, bytes);
    const { manifests = [], layers = [], blobs = [], config } = JSON.parse(bytes.toString()) as Document;
    for (const { digest } of manifests) {
      await this.manifest(repository, digest, get);
      await this.blob(repository, digest, get); // an index of a cache names layers as if they were manifests
    }
    for (const { digest } of [...layers, ...blobs, ...(config ? [config] : [])])
      await this.blob(repository, digest, get);
    if (!reference.startsWith('sha256:')) return;
    const referrers = await get(`referrers/${reference}`);
    if (!referrers.ok) return;
    const index = (await referrers.json()) as Document;
    for (const { digest } of index.manifests ?? []) await this.manifest(repository, digest, get);
  }

  private async blob(repository: string, digest: string, get: (path: string) => Promise<Response>): Promise<void> {
    const place = `${repository}@${digest}`;
    if (this.looked.has(place)) return;
    const answer = await get(`blobs/${digest}`);
    if (answer.ok) this.note(place, Buffer.from(await answer.arrayBuffer()));
  }

  private note(place: string, bytes: Buffer): void {
    this.looked.add(place);
    if (this.canary.isIn(bytes)) this.hits.push(place);
  }
}
