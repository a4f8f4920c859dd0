import { type Descriptor, digestOf, mediaTypes } from '@cooperage/oci';

/** A manifest of cosign's older storage, with the config that belongs to it. Each layer is one signature or attestation. */
export interface LegacyManifest {
  readonly manifest: Uint8Array;
  readonly config: Uint8Array;
}

const never = '0001-01-01T00:00:00Z';

/** The same layers make the same bytes. The config is that of an image, since old registries take nothing else. */
export function legacyManifest(layers: readonly Descriptor[]): LegacyManifest {
  const config = Buffer.from(
    JSON.stringify({
      architecture: '',
      os: '',
      created: never,
      config: {},
      history: layers.map(() => ({ created: never })),
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    }),
  );
  const described = { mediaType: mediaTypes.config, size: config.length, digest: digestOf(config) };
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: described, layers };
  return { manifest: Buffer.from(JSON.stringify(manifest)), config };
}

/** Those that stand there, in their order, then those of ours that are missing. Nothing that others put is lost. */
export function mergeLegacyLayers(found: readonly Descriptor[], ours: readonly Descriptor[]): Descriptor[] {
  const known = new Set(found.map(identityOf));
  return [...found, ...ours.filter((layer) => !known.has(identityOf(layer)) && known.add(identityOf(layer)))];
}

/** Two signatures over one payload have one digest and differ in their annotations. */
function identityOf({ digest, annotations = {} }: Descriptor): string {
  return JSON.stringify([digest, Object.entries(annotations).sort()]);
}
