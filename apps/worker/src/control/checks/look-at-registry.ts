import { randomUUID } from 'node:crypto';
import { digestOf, isRegistryError, type RegistryAddress, RegistryClient, type RegistryError } from '@cooperage/oci';
import type { Found, Look } from '../../shared/check-answerer.js';
import type { RegistryTokens } from '../tokens/registry-tokens.js';

/** A name space of the service itself, which no organization can have. */
const repository = 'cooperage/check';
const tokenSeconds = 120;
const callMs = 10_000;
const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.empty.v1+json',
  layer: 'application/octet-stream',
} as const;

/** Pushes an artifact of a few bytes, reads it back and deletes it, by tokens like those of every publication. */
export function lookAtRegistry(tokens: RegistryTokens, address: Pick<RegistryAddress, 'host' | 'scheme'>): Look {
  const tokenFor = () =>
    tokens.mint('setup-check', [{ repository, actions: ['pull', 'push', 'delete'] as const }], tokenSeconds);
  return async (signal): Promise<Found> => {
    const client = new RegistryClient({ ...address, timeoutMs: callMs, credentials: { kind: 'token', tokenFor } });
    try {
      const digest = await push(client, signal);
      await client.manifests.get(repository, digest, { signal });
      return await remove(client, digest, signal);
    } catch (error) {
      if (!isRegistryError(error)) throw error;
      return { code: error.kind === 'denied' ? 'refused' : 'unreachable', fact: factOf(error, address.host) };
    }
  };
}

async function push(client: RegistryClient, signal: AbortSignal) {
  const config = Buffer.from('{}');
  const layer = Buffer.from(randomUUID());
  for (const blob of [config, layer]) await client.blobs.put(repository, blob, { signal });
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: 'application/vnd.cooperage.check',
    config: descriptor(mediaTypes.config, config),
    layers: [descriptor(mediaTypes.layer, layer)],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await client.manifests.put(repository, null, { mediaType: mediaTypes.manifest, bytes }, { signal });
  return digestOf(bytes);
}

async function remove(
  client: RegistryClient,
  digest: ReturnType<typeof digestOf>,
  signal: AbortSignal,
): Promise<Found> {
  try {
    await client.manifests.delete(repository, digest, { signal });
  } catch (error) {
    if (!isRegistryError(error, 'rejected')) throw error;
    return {
      code: 'deletes_nothing',
      fact: `${client.host} took and gave an artifact back, and refused to delete it.`,
    };
  }
  return { code: 'ok', fact: `${client.host} took an artifact of 36 bytes, gave it back, and deleted it.` };
}

function factOf(error: RegistryError, host: string): string {
  const answer = error.status === undefined ? '' : ` (HTTP ${error.status})`;
  return `${host}: ${error.message}${answer}.`;
}
