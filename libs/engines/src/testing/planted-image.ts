import { createHash } from 'node:crypto';
import { registryToken, services } from '@cooperage/testing';
import type { Engine } from '../engine.js';
import { viewImage } from './registry-view.js';
import { pushRequest } from './trial-engine.js';
import { unique } from './trial-request.js';

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
  const planted = Buffer.from(JSON.stringify({ ...manifest, config: descriptor, annotations: undefined }));
  const answer = await fetch(`http://${services().openRegistry}/v2/${repository}/manifests/planted`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: planted,
  });
  if (!answer.ok) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`);
  return `${services().openRegistry}/${repository}:planted`;
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
