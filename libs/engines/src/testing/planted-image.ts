import { createHash, randomBytes } from 'node:crypto';
import { registryToken, services, tarOf } from '@cooperage/testing';
import type { Engine } from '../engine.js';
import { viewImage } from './registry-view.js';
import { pushRequest } from './trial-engine.js';
import { unique } from './trial-request.js';

const layerType = 'application/vnd.oci.image.layer.v1.tar';

/**
 * An image in a public registry whose config was written by hand: triggers that no builder would have let into it.
 * @returns its reference
 */
export async function onBuildImage(engine: Engine, triggers: readonly string[]): Promise<string> {
  const request = pushRequest(`FROM busybox\nLABEL trial=${unique()}\n`);
  const { digest } = await engine.build(request, () => {}, new AbortController().signal);
  const { repository } = request.push;
  const { manifest, config } = await viewImage(repository, digest);
  for (const layer of manifest.layers) await copyBlob(repository, layer.digest);
  const bytes = Buffer.from(JSON.stringify({ ...config, config: { ...config.config, OnBuild: triggers } }));
  const descriptor = { ...manifest.config, digest: digestOf(bytes), size: bytes.length };
  await upload(repository, bytes);
  await putManifest(repository, { ...manifest, config: descriptor, annotations: undefined });
  return `${services().openRegistry}/${repository}:planted`;
}

/**
 * An image in a public registry that no engine has: one layer with a file of random bytes, so many of them.
 * @returns its reference
 */
export async function randomImage(bytes: number): Promise<string> {
  const layer = tarOf([{ path: 'random', content: randomBytes(bytes) }]);
  const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] };
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const repository = `trial/${unique()}`;
  const type = 'application/vnd.oci.image';
  const described = (kind: string, blob: Buffer) => ({
    ...{ mediaType: `${type}.${kind}`, digest: digestOf(blob), size: blob.length },
  });
  for (const blob of [layer, config]) await upload(repository, Buffer.from(blob));
  await putManifest(repository, {
    ...{ schemaVersion: 2, mediaType: `${type}.manifest.v1+json` },
    ...{ config: described('config.v1+json', config), layers: [described('layer.v1.tar', layer)] },
  });
  return `${services().openRegistry}/${repository}:planted`;
}

/**
 * Two images of a public registry with one configuration and no engine that has either: on busybox, the file `/proof` with the
 * word of each. The layer of `lying` is not the one whose sum the configuration names.
 * @returns their references, by digest
 */
export async function imageAndItsDouble(
  engine: Engine,
  words: { readonly honest: string; readonly lying: string },
): Promise<{ readonly honest: string; readonly lying: string }> {
  const request = pushRequest(`FROM busybox\nLABEL trial=${unique()}\n`);
  const { digest } = await engine.build(request, () => {}, new AbortController().signal);
  const { repository } = request.push;
  const { manifest, config } = await viewImage(repository, digest);
  for (const { digest } of manifest.layers) await copyBlob(repository, digest);
  const layerOf = (word: string) => tarOf([{ path: 'proof', content: Buffer.from(`${word}\n`) }]);
  const sums = [...config.rootfs.diff_ids, digestOf(layerOf(words.honest))];
  const { history: _, ...others } = config;
  const bytes = Buffer.from(JSON.stringify({ ...others, rootfs: { ...config.rootfs, diff_ids: sums } }));
  await upload(repository, bytes);
  const put = async (word: string) => {
    const layer = Buffer.from(layerOf(word));
    await upload(repository, layer);
    const added = { mediaType: layerType, digest: digestOf(layer), size: layer.length };
    const digest = await putManifest(repository, {
      ...{ ...manifest, annotations: undefined },
      ...{ config: { ...manifest.config, digest: digestOf(bytes), size: bytes.length } },
      layers: [...manifest.layers, added],
    });
    return `${services().openRegistry}/${repository}@${digest}`;
  };
  return { honest: await put(words.honest), lying: await put(words.lying) };
}

async function putManifest(repository: string, manifest: object): Promise<string> {
  const text = JSON.stringify(manifest);
  const answer = await fetch(`http://${services().openRegistry}/v2/${repository}/manifests/planted`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: text,
  });
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`);
  return digestOf(Buffer.from(text));
}

async function copyBlob(repository: string, digest: string): Promise<void> {
  const { registry } = services();
  const authorization = `Bearer ${registryToken(repository)}`;
  const blob = await fetch(`http://${registry.host}/v2/${repository}/blobs/${digest}`, { headers: { authorization } });
  if (!blob.ok) throw new Error(`the registry answered ${blob.status}`);
  await upload(repository, Buffer.from(await blob.arrayBuffer()));
}

async function upload(repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const base = `http://${services().openRegistry}`;
  const begun = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location')!, base);
  place.searchParams.set('digest', digestOf(bytes));
  const answer = await fetch(place, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  if (answer.status !== 201) throw new Error(`the registry answered ${answer.status}`);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
