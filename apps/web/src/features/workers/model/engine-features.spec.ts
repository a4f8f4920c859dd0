import type { EngineFeaturesView, WorkerView } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { engineColumns, featureRows, featureWords } from './engine-features';

const features: EngineFeaturesView = {
  ...{ daemon: true, scope: 'general', dockerfile: 'full', multiPlatform: true, registryCache: true, secrets: true },
  ...{
    provenance: true,
    pushesByDigest: true,
    targets: true,
    limits: true,
    stepNetwork: true,
    strangers: true,
    find: true,
    warnings: [],
  },
};
const worker = (change: Partial<WorkerView>) => ({ state: 'idle', ...change }) as WorkerView;

describe('the table of engines', () => {
  it('has a row for each feature there is', () => {
    expect(featureRows.map(({ key }) => key).sort()).toEqual(
      Object.keys(features)
        .filter((key) => key !== 'warnings')
        .sort(),
    );
  });

  it('has a column for each engine of the workers that live', () => {
    const columns = engineColumns([
      worker({ engine: 'buildkit', engineVersion: 'unknown', engineFeatures: features }),
      worker({ engine: 'buildkit', engineVersion: 'unknown', engineFeatures: features }),
      worker({ engine: 'buildah', engineVersion: '1.28.2', engineFeatures: { ...features, dockerfile: 'partial' } }),
      worker({ engine: 'kaniko', engineVersion: '1', engineFeatures: features, state: 'ended' }),
      worker({ engine: null, engineVersion: null, engineFeatures: null }),
    ]);
    expect(columns.map(({ name }) => name)).toEqual(['buildah 1.28.2', 'buildkit']);
  });

  it('says what a feature means in words', () => {
    expect([true, false, 'partial' as const, 'general' as const].map(featureWords)).toEqual([
      ...['yes', 'no', 'in part', 'any image'],
    ]);
  });
});
