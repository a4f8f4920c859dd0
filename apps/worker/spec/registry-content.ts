import { registryToken, services } from '@cooperage/testing';

const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

/** What stands in the test registry, asked of the registry itself. */
export async function hasManifest(repository: string, digest: string): Promise<boolean> {
  return (await ask(repository, `manifests/${digest}`, 'HEAD')).ok;
}

/** Whether the registry serves a config or layer of the repository to those who may pull from it. */
export async function hasBlob(repository: string, digest: string): Promise<boolean> {
  return (await ask(repository, `blobs/${digest}`, 'GET')).ok;
}

/** Digests of an image's layers. */
export async function layersOf(repository: string, digest: string): Promise<string[]> {
  return (await blobsOf(repository, digest)).slice(1);
}

/** Digests of an image's config and layers, or of what an artifact has. */
export async function blobsOf(repository: string, digest: string): Promise<string[]> {
  const answer = await ask(repository, `manifests/${digest}`, 'GET');
  const { config, layers } = (await answer.json()) as Record<'config', { digest: string }> & { layers: [] };
  return [config, ...(layers as { digest: string }[])].map((each) => each.digest);
}

export async function tagsIn(repository: string): Promise<string[]> {
  const answer = await ask(repository, 'tags/list', 'GET');
  return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
}

/** As if somebody had cleaned up in the registry itself. */
export async function deleteManifest(repository: string, digest: string): Promise<void> {
  const answer = await ask(repository, `manifests/${digest}`, 'DELETE');
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}`);
}

/** Where a tag points now; null when there is none. */
export async function tagDigest(repository: string, tag: string): Promise<string | null> {
  const answer = await ask(repository, `manifests/${tag}`, 'HEAD');
  return answer.ok ? answer.headers.get('docker-content-digest') : null;
}

/** As if somebody with access to the registry had moved a tag there. */
export async function moveTag(repository: string, tag: string, digest: string): Promise<void> {
  const manifest = await ask(repository, `manifests/${digest}`, 'GET');
  await putManifest(repository, tag, manifest.headers.get('content-type')!, await manifest.arrayBuffer());
}

/** As if a builder had written it. What it names has to be in the repository. */
export async function putManifest(
  repository: string,
  tag: string,
  mediaType: string,
  body: ArrayBuffer | string,
): Promise<void> {
  const answer = await fetch(`http://${services().registry.host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${registryToken(repository, ['pull', 'push'])}`, 'content-type': mediaType },
    body,
  });
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}`);
}

function ask(repository: string, path: string, method: 'GET' | 'HEAD' | 'DELETE'): Promise<Response> {
  const token = registryToken(repository, [method === 'DELETE' ? 'delete' : 'pull']);
  return fetch(`http://${services().registry.host}/v2/${repository}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept },
  });
}
