import type { EngineFeaturesView, WorkerView } from '@cooperage/contracts';

export interface EngineColumn {
  readonly name: string;
  readonly features: EngineFeaturesView;
}

type Feature = Exclude<keyof EngineFeaturesView, 'warnings'>;

interface Row {
  readonly key: Feature;
  readonly words: string;
}

/** In the order in which they matter for a choice. */
export const featureRows: readonly Row[] = [
  { key: 'dockerfile', words: 'Dockerfiles' },
  { key: 'stepNetwork', words: 'Steps reach the network' },
  { key: 'strangers', words: 'Holds builds of strangers apart' },
  { key: 'targets', words: 'Builds targets that feed each other' },
  { key: 'limits', words: 'Limits memory, processes and processors' },
  { key: 'registryCache', words: 'Cache in the registry' },
  { key: 'secrets', words: 'Secrets as mounts' },
  { key: 'provenance', words: 'Names base images and lines' },
  { key: 'multiPlatform', words: 'Several platforms' },
  { key: 'pushesByDigest', words: 'Pushes by digest' },
  { key: 'find', words: 'Finds a build again after a break' },
  { key: 'daemon', words: 'Needs a daemon' },
  { key: 'scope', words: 'Builds' },
];

const words: Readonly<Record<string, string>> = {
  full: 'all of it',
  partial: 'in part',
  none: 'no',
  general: 'any image',
  special: 'one sort of program',
};

export function featureWords(value: EngineFeaturesView[Feature]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return words[value] ?? value;
}

/** One for each engine and set of features among the builders that have not ended. */
export function engineColumns(workers: readonly WorkerView[]): EngineColumn[] {
  const columns = new Map<string, EngineColumn>();
  for (const { engine, engineVersion, engineFeatures, state } of workers) {
    if (!engine || !engineFeatures || state === 'ended') continue;
    const name = engineVersion && engineVersion !== 'unknown' ? `${engine} ${engineVersion}` : engine;
    columns.set(`${name} ${JSON.stringify(engineFeatures)}`, { name, features: engineFeatures });
  }
  return [...columns.values()].sort((a, b) => a.name.localeCompare(b.name));
}
