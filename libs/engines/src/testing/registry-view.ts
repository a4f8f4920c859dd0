import { registryToken, services } from '@cooperage/testing';

export interface ImageView {
  readonly manifest: {
    readonly annotations?: Record<string, string>;
    readonly layers: readonly { readonly digest: string }[];
    readonly config: { readonly digest: string };
  };
  readonly config: {
    readonly rootfs: { readonly diff_ids: readonly string[] };
    readonly created?: string;
    readonly history: readonly { readonly created?: string; readonly created_by?: string }[];
    readonly config: { readonly Labels?: Record<string, string>; readonly Env?: string[] };
  };
}

/** An image of the test registry as the registry has it. */
export async function viewImage(repository: string, digest: string): Promise<ImageView> {
  const manifest = (await get(repository, `manifests/${digest}`)) as ImageView['manifest'];
  return { manifest, config: (await get(repository, `blobs/${manifest.config.digest}`)) as ImageView['config'] };
}

/** Gives an image that is there by its digest a tag too, as whoever may push there can. */
export async function tagImage(repository: string, digest: string, tag: string): Promise<void> {
  const { registry } = services();
  const address = `http://${registry.host}/v2/${repository}/manifests/`;
  const authorization = `Bearer ${registryToken(repository, ['pull', 'push'])}`;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const found = await fetch(address + digest, { headers: { authorization, accept: mediaType } });
  const headers = { authorization, 'content-type': mediaType };
  const put = await fetch(address + tag, { method: 'PUT', headers, body: await found.arrayBuffer() });
  if (!found.ok || !put.ok) throw new Error(`the registry answered ${found.status} and ${put.status}`);
}

/** What a tag points to now. */
export async function digestOfTag(repository: string, tag: string): Promise<string> {
  const { registry } = services();
  const authorization = `Bearer ${registryToken(repository)}`;
  const headers = { authorization, accept: 'application/vnd.oci.image.manifest.v1+json' };
  const found = await fetch(`http://${registry.host}/v2/${repository}/manifests/${tag}`, { method: 'HEAD', headers });
  if (!found.ok) throw new Error(`the registry answered ${found.status}`);
  return found.headers.get('docker-content-digest')!;
}

/** Null when the repository has no tags at all. */
export async function tagsOf(repository: string): Promise<string[] | null> {
  const list = (await get(repository, 'tags/list').catch(() => null)) as { tags: string[] } | null;
  return list?.tags ?? null;
}

async function get(repository: string, path: string): Promise<unknown> {
  const { registry } = services();
  const answer = await fetch(`http://${registry.host}/v2/${repository}/${path}`, {
    headers: {
      authorization: `Bearer ${registryToken(repository)}`,
      accept: 'application/vnd.oci.image.manifest.v1+json, */*',
    },
  });
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}`);
  return answer.json();
}
