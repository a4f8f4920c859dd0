import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHostPort } from '@cooperage/domain';
import { GitCommand } from './git/git-command.js';
import type { Resolver } from './remote/address-guard.js';
import type { RemoteOptions } from './remote/remote-access.js';
import { defaultSourceLimits, type SourceLimits } from './source-limits.js';

export interface SourceOptions {
  /** Folder for the mirrors, on a local disk; made with access for this user alone. */
  readonly mirrorRoot: string;
  /** Exact `host:port` pairs that may be reached by plain http, wherever their addresses are. */
  readonly allowPlainHttp: readonly string[];
  /** Exact `host:port` pairs inside private networks that may be reached by https or ssh. */
  readonly allowPrivate?: readonly string[];
  readonly limits?: Partial<SourceLimits>;
  /** Absolute path of git (2.37 or newer), or a name that `searchPath` leads to. */
  readonly gitPath?: string;
  /** Colon-separated folders in which git and ssh are found. */
  readonly searchPath?: string;
  /** Proxy for https remotes, for example `http://proxy.example:3128`; it is then the proxy that guards addresses. */
  readonly httpsProxy?: string;
  /** PEM file with the certificate authorities to trust, instead of the system's. */
  readonly certificateFile?: string;
  /** Waits between tries to fetch while the git host cannot be reached. */
  readonly retryDelaysMs?: readonly number[];
  /** Looks names up; the system's resolver by default. */
  readonly resolve?: Resolver;
  /** A kept reading process ends after this long without a question. */
  readonly idleMs?: number;
}

const defaultSearchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** Five tries within two minutes. */
const defaultRetryDelaysMs = [2_000, 8_000, 20_000, 40_000];

export interface SourceSettings {
  readonly mirrorRoot: string;
  /** Where keys lie while they are used. */
  readonly privateFolder: string;
  readonly git: GitCommand;
  /** An empty home for git. */
  readonly home: string;
  readonly limits: SourceLimits;
  readonly remote: RemoteOptions;
  readonly retryDelaysMs: readonly number[];
  readonly idleMs: number;
}

/**
 * Where keys lie while ssh reads them: not where mirrors are, since several builders of a pool may share those. In a container it is
 * memory of that container alone.
 */
export function privateFolderOf(mirrorRoot: string): string {
  const name = createHash('sha256').update(mirrorRoot).digest('hex').slice(0, 12);
  return join(tmpdir(), `cooperage-private-${process.getuid?.() ?? 0}-${name}`);
}

/** @throws {TypeError} for an allow list entry that is not exactly `host:port`. */
export function sourceSettings(options: SourceOptions): SourceSettings {
  const { mirrorRoot, gitPath = 'git', searchPath = defaultSearchPath } = options;
  const limits = { ...defaultSourceLimits, ...options.limits };
  const home = join(mirrorRoot, '.home');
  const privateFolder = privateFolderOf(mirrorRoot);
  const allowPlainHttp = options.allowPlainHttp.map(parseHostPort);
  return {
    mirrorRoot,
    privateFolder,
    git: new GitCommand({
      ...{ gitPath, searchPath, home },
      maxAllocationBytes: limits.maxObjectMemoryBytes,
      maxAddressBytes: limits.maxProcessBytes,
    }),
    home,
    limits,
    remote: {
      allowPlainHttp,
      allowPrivate: new Set([...allowPlainHttp, ...(options.allowPrivate ?? []).map(parseHostPort)]),
      httpsProxy: options.httpsProxy,
      certificateFile: options.certificateFile,
      resolve: options.resolve,
      privateFolder,
      limits,
    },
    retryDelaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs,
    idleMs: options.idleMs ?? 60_000,
  };
}
