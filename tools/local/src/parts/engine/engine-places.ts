import path from 'node:path';
import type { Instance } from '../instance.ts';
import type { BuilderPool } from '../redis/builder-user.ts';
import { cgroupOf } from './control-groups.ts';

/** Where the engine of one pool has what it is made of: paths, and names that the whole machine shares. */
export interface EnginePlaces {
  /** For a person. */
  readonly name: string;
  /** Of its pid file and its log. */
  readonly key: string;
  readonly dataFolder: string;
  /** What it makes and mounts for a moment, values of secrets among it. */
  readonly temporaryFolder: string;
  readonly socket: string;
  /** For traces. BuildKit has it always, by default at one path for the whole machine; no step gets it (ADR 64). */
  readonly traceSocket: string;
  readonly settingsFile: string;
  /** Network list of its steps, and which addresses they have. */
  readonly networkFile: string;
  readonly addressFolder: string;
  /** How its network, its filter and its rules stand. */
  readonly networkState: string;
  readonly filterState: string;
  readonly rulesFile: string;
  /** Hexadecimal like the installation's own, so that both bridges are known as ours. */
  readonly networkId: string;
  readonly filterId: string;
  /** Control group that it is told for its steps. Engines count it into the keys of their results, so it is the same for all. */
  readonly cgroupParent: string;
  /** Control group below which it puts that one; undefined where it is at the root. */
  readonly cgroupBase: string | undefined;
  /** Control group of the engine itself. */
  readonly ownGroup: string;
}

/** Of each pool: key of the instance's files. */
export const engineKeys: Readonly<Record<BuilderPool, string>> = { trusted: 'engine', strangers: 'strangers-engine' };

export function placesOf(instance: Instance, pool: BuilderPool): EnginePlaces {
  const isTrusted = pool === 'trusted';
  const key = engineKeys[pool];
  const prefix = isTrusted ? 'engine' : 'strangers';
  const steps = cgroupOf(instance);
  const dataFolder = instance.file(isTrusted ? 'buildkit' : 'strangers-engine');
  const networkId = isTrusted ? instance.id : `${instance.id}e`;
  return {
    name: isTrusted ? 'the engine' : 'the engine for strangers',
    key,
    dataFolder,
    temporaryFolder: path.join(dataFolder, 'tmp'),
    socket: `${instance.socketFolder()}/${prefix}.sock`,
    traceSocket: `${instance.socketFolder()}/${prefix}-trace.sock`,
    settingsFile: instance.file('settings', `${key}.toml`),
    networkFile: instance.file('settings', `${prefix}.conflist`),
    addressFolder: instance.file(`${prefix}-addresses`),
    networkState: instance.file(`${prefix}-network.json`),
    filterState: instance.file(`${prefix}-filter.json`),
    rulesFile: instance.file(`${prefix}-rules.json`),
    networkId,
    filterId: `${networkId}f`,
    cgroupParent: steps,
    cgroupBase: isTrusted ? undefined : `${steps}-strangers`,
    ownGroup: `${steps}-${key}`,
  };
}
