import type { BuildRequest } from '../build-request.js';
import type { RunFolder } from './run-folder.js';
import type { Store } from './stores.js';

/** Where the store is; in front of every command. */
export function storeArgs({ root, runRoot, driver }: Store): string[] {
  return ['--root', root, '--runroot', runRoot, '--storage-driver', driver];
}

/** What a build is started with beside its request. */
export interface BuildSide {
  readonly folder: RunFolder;
  readonly store: Store;
  /** Group that each step's own is made as. */
  readonly stepGroup?: string;
  readonly wantsSourceDateEpoch: boolean;
  /** Repository to start from, and one to write to, by the gate's address. */
  readonly cacheFrom?: string;
  readonly cacheTo?: string;
}

/** `buildah build`. Values of users stand in one argument with their flag or right behind it: none can become a flag. */
export function buildArgs(request: BuildRequest, side: BuildSide): string[] {
  const { folder, store, stepGroup } = side;
  const { noCache, sourceDateEpoch, secrets, platform } = request;
  return [
    ...storeArgs(store),
    'build',
    ...['--isolation', 'oci', '--runtime', folder.runtime, '--network', 'none', '--http-proxy=false'],
    ...['--signature-policy', folder.policy, '--ignorefile', folder.ignoreFile],
    ...['--format', 'oci', '--layers', '--force-rm', '--jobs', '1', '--retry', '1', '--pull=never'],
    ...['--platform', platform, '--timestamp', String(sourceDateEpoch)],
    ...(noCache ? ['--no-cache'] : []),
    // No core dumps, see `withoutCores` of BuildKit's attributes.
    ...['--ulimit', 'core=1:1'],
    // As in the other engines (ADR 64). What is a default differs between versions of buildah.
    ...['--cap-drop', 'CAP_NET_RAW'],
    ...(stepGroup === undefined ? [] : ['--cgroup-parent', stepGroup]),
    ...(side.cacheFrom === undefined ? [] : ['--cache-from', side.cacheFrom]),
    // What a build is called has no part in what its steps made: the labels stay out of the cache.
    ...(side.cacheTo === undefined ? labels(request) : ['--cache-to', side.cacheTo]),
    ...buildArguments(request, side).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...[...secrets.keys()].flatMap((name) => ['--secret', `id=${name},src=${folder.secretFile(name)}`]),
    ...['--iidfile', folder.imageIdFile, '--file', folder.dockerfile, folder.context],
  ];
}

function labels({ labels: all }: BuildRequest): string[] {
  return Object.entries(all).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
}

function buildArguments({ buildArgs: own, sourceDateEpoch }: BuildRequest, side: BuildSide): [string, string][] {
  const epoch: [string, string][] = side.wantsSourceDateEpoch ? [['SOURCE_DATE_EPOCH', String(sourceDateEpoch)]] : [];
  return [...Object.entries(own), ...epoch];
}

/** `buildah pull`: the newest that the registry has, unless a digest says which. It prints the id. */
export function pullArgs({ platform }: BuildRequest, { folder, store }: BuildSide, image: string): string[] {
  return [
    ...storeArgs(store),
    ...['pull', '--signature-policy', folder.policy, '--quiet', '--retry', '1', '--platform', platform],
    ...['--policy', image.includes('@sha256:') ? 'missing' : 'always', image],
  ];
}

/** `buildah push`; it wants a tag, which the gate forgets. */
export function pushArgs({ push }: BuildRequest, { folder, store }: BuildSide, image: string, gate: string): string[] {
  const to = `docker://${gate}/${push.repository}:build`;
  return [
    ...storeArgs(store),
    ...['push', '--signature-policy', folder.policy, '--quiet', '--tls-verify=false', '--retry', '1'],
    ...['--format', 'oci', image, to],
  ];
}
