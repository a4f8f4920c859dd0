import { type Dialect, parseAddress, type RunawayWork, type TlsFiles } from '@cooperage/buildkit';
import { stepGroupsAt } from '../cgroup/detect.js';
import type { StepGroups } from '../cgroup/step-groups.js';
import type { LocalCaches } from '../local-cache/local-caches.js';
import type { RunSetting } from './prepared-run.js';

export interface BuildkitEngineOptions {
  /** `unix:///path` of a Docker engine or a buildkitd, or `tcp://host:port`. */
  readonly address: string;
  readonly tls?: TlsFiles;
  /** Found out by trying when left out. */
  readonly dialect?: Dialect;
  /**
   * Where control groups are mounted, for limits to be enforced. Only an engine on this machine can be limited, so the
   * default is `/sys/fs/cgroup` for a unix socket and null, no limits, for a port.
   */
  readonly cgroupRoot?: string | null;
  /** Parent of the steps' groups unless a request names one. Default `/cooperage`. */
  readonly cgroupParent?: string;
  /**
   * Control group below which the engine puts the groups that it is told, by their whole paths. Default: the root. Engines of
   * one machine that are told the same groups find each other's results, and do not share limits if they differ in this.
   */
  readonly cgroupBase?: string;
  /** The registry that images and caches are pushed to is spoken to without TLS. */
  readonly insecureRegistry?: boolean;
  /** `host` or `host:port` that ADD may fetch from although it is on a private network. */
  readonly allowedSourceHosts?: readonly string[];
  /** What the images that one build takes from may have together, as far as they are fetched; 32 GiB unless said otherwise. */
  readonly mostFetchBytes?: number;
  /** From how many addresses ADD may fetch in one build; 64 unless said otherwise. */
  readonly mostAddresses?: number;
  /** What the engine's record of a build may have; 16 MiB unless said otherwise. A build with a larger one fails. */
  readonly mostRecordBytes?: number;
  /** Where the engine keeps its layers, if this process may delete there: `wipe` removes what the engine cannot. */
  readonly stateFolder?: string;
  /** Called where the engine goes on with a build that was stopped (ADR 80). */
  readonly onRunawayWork?: (work: RunawayWork) => void;
  /** How long it may go on before that is called; a minute unless said otherwise. Milliseconds. */
  readonly endWithinMs?: number;
  /** Caches on the disk of this worker; without any, builds that ask for them go without. */
  readonly localCaches?: LocalCaches;
}

export type RunawayOptions = Pick<BuildkitEngineOptions, 'onRunawayWork' | 'endWithinMs'>;

export function runawayOf({ onRunawayWork, endWithinMs }: RunawayOptions): RunawayOptions {
  return { ...(onRunawayWork && { onRunawayWork }), ...(endWithinMs !== undefined && { endWithinMs }) };
}

/** What holds for all builds of an engine. */
export function settingOf(options: BuildkitEngineOptions): RunSetting {
  const { cgroupParent = '/cooperage', cgroupBase = '', insecureRegistry = false } = options;
  const { mostFetchBytes, mostAddresses, mostRecordBytes } = options;
  const groups = groupsOf(options, cgroupBase + cgroupParent);
  return {
    ...{ groups, cgroupParent, cgroupBase, insecureRegistry },
    ...(mostFetchBytes !== undefined && { mostFetchBytes }),
    ...(mostAddresses !== undefined && { mostAddresses }),
    ...(mostRecordBytes !== undefined && { mostRecordBytes }),
  };
}

function groupsOf({ address, cgroupRoot }: BuildkitEngineOptions, parent: string): StepGroups | null {
  const root = cgroupRoot === undefined && parseAddress(address).kind === 'unix' ? '/sys/fs/cgroup' : cgroupRoot;
  return root ? stepGroupsAt(root, parent) : null;
}
