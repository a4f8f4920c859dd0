import type { Layers, LayerView } from '@cooperage/contracts';
import { type ImageFiles, type LayerProblem, layerProblems } from '@cooperage/oci';
import type { ManifestLayers } from './image-reader.js';
import type { KnownLayer } from './layer-reader.js';

export interface LayerFacts {
  readonly manifest: ManifestLayers;
  readonly known: readonly KnownLayer[];
  readonly files: ImageFiles | null;
  /** What made each layer; null where the config does not say. */
  readonly makers: readonly (string | null)[];
  /** Layers of the image before; null without one. */
  readonly previous: ReadonlySet<string> | null;
}

export function presentLayers({ manifest, known, files, makers, previous }: LayerFacts): Layers {
  const layers = manifest.layers.map(({ digest, size }, index): LayerView => {
    const layer = known[index];
    return {
      ...{ index, digest, sizeBytes: size },
      createdBy: makers[index] ?? null,
      ...stateOf(layer),
      changes: files?.changes[index] ?? null,
      inPrevious: previous?.has(digest) ?? null,
    };
  });
  const wasted = files?.changes.reduce((sum, { wastedBytes }) => sum + wastedBytes, 0);
  return { manifest: manifest.digest, state: stateOfAll(layers), layers, wastedBytes: wasted ?? null };
}

function stateOf(layer: KnownLayer): Pick<LayerView, 'state' | 'problem' | 'unpackedBytes'> {
  if (layer === undefined) return { state: 'reading', problem: null, unpackedBytes: null };
  if (layer.problem === null) return { state: 'listed', problem: null, unpackedBytes: layer.unpackedBytes };
  const sentence = layerProblems[layer.problem as LayerProblem] ?? layerProblems.damaged;
  return { state: 'refused', problem: { code: layer.problem, sentence }, unpackedBytes: null };
}

function stateOfAll(layers: readonly LayerView[]): Layers['state'] {
  if (layers.some(({ state }) => state === 'reading')) return 'reading';
  return layers.some(({ state }) => state === 'refused') ? 'partial' : 'complete';
}
