import { type Descriptor, digestOf } from '@cooperage/oci';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { legacyManifest, mergeLegacyLayers } from './legacy-manifest.js';

const layer = (payload: string, signature: string): Descriptor => ({
  mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
  digest: digestOf(Buffer.from(payload)),
  size: payload.length,
  annotations: { 'dev.cosignproject.cosign/signature': signature },
});
const lists = fc.array(
  fc.tuple(fc.constantFrom('p', 'q'), fc.constantFrom('1', '2', '3')).map(([p, s]) => layer(p, s)),
  {
    maxLength: 6,
  },
);

describe('mergeLegacyLayers', () => {
  it('keeps all that stands there, in its order, and adds each of ours once', () => {
    fc.assert(
      fc.property(lists, lists, (found, ours) => {
        const merged = mergeLegacyLayers(found, ours);
        expect(merged.slice(0, found.length)).toEqual(found);
        for (const one of ours) expect(merged).toContainEqual(one);
        expect(mergeLegacyLayers(merged, ours)).toEqual(merged);
      }),
    );
  });

  it('keeps two signatures over one payload apart', () => {
    expect(mergeLegacyLayers([layer('p', '1')], [layer('p', '2')])).toHaveLength(2);
  });
});

describe('legacyManifest', () => {
  it('makes the same bytes of the same layers', () => {
    const layers = [layer('p', '1'), layer('q', '2')];
    expect(legacyManifest(layers)).toEqual(legacyManifest(layers));
  });

  it('has a config that names each layer', () => {
    const { manifest, config } = legacyManifest([layer('p', '1')]);
    expect(JSON.parse(Buffer.from(config).toString()).rootfs.diff_ids).toEqual([digestOf(Buffer.from('p'))]);
    expect(JSON.parse(Buffer.from(manifest).toString()).config.digest).toBe(digestOf(config));
  });
});
