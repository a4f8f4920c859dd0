/** Pairs of a configuration key and its value, as git reads them from `GIT_CONFIG_KEY_n` and `GIT_CONFIG_VALUE_n`. */
export type GitConfig = readonly (readonly [key: string, value: string])[];

export interface GitEnvironment {
  /** An empty folder: no configuration, no keys, no credentials of anyone are found there. */
  readonly home: string;
  /** Where git looks for `ssh`. */
  readonly searchPath: string;
  /** The only transport that this command may use; none for commands on the mirror alone. */
  readonly protocol?: string;
  /** The repository, named always: git never looks for one in the folders around it. */
  readonly gitDir: string;
  readonly config?: GitConfig;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Settings that hold for every command. Given by the environment and not by `-c`, so that other users of the machine
 * cannot read them in the process list.
 */
const fixedConfig: GitConfig = [
  ['protocol.allow', 'never'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  // A larger blob is streamed instead of being held in memory.
  ['core.bigFileThreshold', '16m'],
  // Each thread that resolves deltas holds two files and a cache in memory.
  ['pack.threads', '1'],
  ['core.deltaBaseCacheLimit', '32m'],
  ['pack.windowMemory', '64m'],
  ['pack.deltaCacheSize', '32m'],
  // Git maps a pack in windows of 1 GiB without this, which is all of its address space.
  ['core.packedGitWindowSize', '32m'],
  ['core.packedGitLimit', '256m'],
  ['credential.helper', ''],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.fsckObjects', 'true'],
  // Old tools wrote these into honest repositories; they do no harm to a reader that checks out nothing.
  ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
  ['fetch.fsck.badTimezone', 'ignore'],
  ['fetch.fsck.missingSpaceBeforeDate', 'ignore'],
  ['fetch.fsck.missingEmail', 'ignore'],
  ['fetch.fsck.missingNameBeforeEmail', 'ignore'],
  ['fetch.fsck.badFilemode', 'ignore'],
  // Packs stay packs: then one file shows how much a remote has sent so far.
  ['fetch.unpackLimit', '1'],
  ['transfer.bundleURI', 'false'],
  // Written by nobody here, and believed where somebody else has laid them.
  ['core.commitGraph', 'false'],
  ['core.multiPackIndex', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'],
  ['http.followRedirects', 'false'],
  ['http.emptyAuth', 'false'],
  ['http.delegation', 'none'],
  ['protocol.version', '2'],
];

/** The whole environment of one git command. Nothing of our own process's environment reaches it. */
export function gitEnvironment(options: GitEnvironment): Record<string, string> {
  return {
    PATH: options.searchPath,
    HOME: options.home,
    XDG_CONFIG_HOME: options.home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    // A place that cannot be: grafts of the repository are not read.
    GIT_GRAFT_FILE: '/dev/null/none',
    GIT_ALLOW_PROTOCOL: options.protocol ?? 'none',
    GIT_DIR: options.gitDir,
    ...configVariables([...fixedConfig, ...(options.config ?? [])]),
    ...options.variables,
  };
}

function configVariables(config: GitConfig): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  config.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return variables;
}
