import { isIP } from 'node:net';
import { BuildFailure, hostPort, parseRemoteUrl, type RemoteUrl } from '@cooperage/domain';
import type { GitConfig } from '../git/git-environment.js';
import type { SourceLimits } from '../source-limits.js';
import type { GitCredentials, SourceProject } from '../source-project.js';
import { checkedAddresses, type Resolver } from './address-guard.js';
import { openSshFolder, type SshFolder } from './ssh-folder.js';

/** What one git command needs in order to reach one project's remote, and no other. */
export interface RemoteAccess {
  readonly remote: RemoteUrl;
  readonly protocol: string;
  readonly config: GitConfig;
  readonly variables: Readonly<Record<string, string>>;
  /** Folder to run in; where the key lies, if there is one. */
  readonly cwd?: string;
  /** Removes the key. Always to be called. */
  close(): Promise<void>;
}

export interface RemoteOptions {
  readonly allowPlainHttp: readonly string[];
  readonly allowPrivate: ReadonlySet<string>;
  /** Proxy for https, for example `http://proxy.example:3128`. Hosts that the operator allows by name go around it. */
  readonly httpsProxy?: string | undefined;
  /** PEM file of certificate authorities to trust besides none other. */
  readonly certificateFile?: string | undefined;
  readonly resolve?: Resolver | undefined;
  /** Folder for keys while they are used. */
  readonly privateFolder: string;
  readonly limits: SourceLimits;
}

/**
 * Checks the address again, looks it up, pins it, and lays out the credentials.
 * @param knownHostsFile where the ssh host key of this project is remembered.
 * @throws {BuildFailure} `InvalidBuildConfig`, `PolicyRefused`, `SourceAccessDenied` or `SourceUnavailable`.
 */
export async function openRemote(
  project: SourceProject,
  knownHostsFile: string,
  options: RemoteOptions,
  signal?: AbortSignal,
): Promise<RemoteAccess> {
  const remote = checkedRemote(project.remoteUrl, options);
  const { credentials } = project;
  if (remote.scheme !== 'ssh') return openHttp(remote, credentials, options, signal);
  if (credentials && credentials.kind !== 'sshKey')
    throw wrongCredentials('The clone address is for ssh, but the credentials of the project are for https.');
  const addresses = await checkedAddresses(remote, { ...options, signal });
  const folder = await openSshFolder({ remote, address: addresses[0]!, credentials, knownHostsFile, options });
  return sshAccess(remote, folder);
}

function checkedRemote(remoteUrl: string, options: RemoteOptions): RemoteUrl {
  try {
    return parseRemoteUrl(remoteUrl, options);
  } catch (error) {
    throw new BuildFailure('InvalidBuildConfig', `The clone address is refused: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function openHttp(
  remote: RemoteUrl,
  credentials: GitCredentials | undefined,
  options: RemoteOptions,
  signal: AbortSignal | undefined,
): Promise<RemoteAccess> {
  const { limits, certificateFile } = options;
  const config: GitConfig = [
    [`protocol.${remote.scheme}.allow`, 'always'],
    ['http.lowSpeedLimit', String(limits.minBytesPerSecond)],
    ['http.lowSpeedTime', String(Math.max(1, Math.round(limits.slowWindowMs / 1000)))],
    ...(certificateFile ? ([['http.sslCAInfo', certificateFile]] as const) : []),
    ...(await route(remote, options, signal)),
    ...authorization(remote, credentials),
  ];
  return { remote, protocol: remote.scheme, config, variables: {}, close: async () => {} };
}

/** Pins the connection to the checked addresses, or sends it to the operator's proxy, which then guards addresses. */
async function route(remote: RemoteUrl, options: RemoteOptions, signal: AbortSignal | undefined): Promise<GitConfig> {
  if (options.httpsProxy && !options.allowPrivate.has(hostPort(remote))) {
    // Names are the proxy's to look up; they may not even be known here.
    if (isIP(remote.host)) await checkedAddresses(remote, { ...options, signal });
    return [['http.proxy', options.httpsProxy]];
  }
  const addresses = await checkedAddresses(remote, { ...options, signal });
  return [['http.curloptResolve', `${remote.host}:${remote.port}:${addresses.map(bracketed).join(',')}`]];
}

/** The header is bound to the remote's own origin; redirects are off besides. */
function authorization(remote: RemoteUrl, credentials: GitCredentials | undefined): GitConfig {
  if (!credentials) return [];
  if (credentials.kind === 'sshKey')
    throw wrongCredentials('The clone address is for https, but the credentials of the project are an ssh key.');
  const value = headerValue(credentials);
  if (/[\0-\x1f\x7f]/.test(value)) throw wrongCredentials('The credentials of the project hold a control character.');
  return [[`http.${remote.scheme}://${hostPort(remote)}/.extraHeader`, `Authorization: ${value}`]];
}

function headerValue(credentials: Exclude<GitCredentials, { kind: 'sshKey' }>): string {
  if (credentials.kind === 'bearer') return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function sshAccess(remote: RemoteUrl, folder: SshFolder): RemoteAccess {
  return {
    remote,
    protocol: 'ssh',
    config: [
      ['protocol.ssh.allow', 'always'],
      ['ssh.variant', 'ssh'],
    ],
    // Git hands this to a shell, so it is a constant: everything that differs stands in the file, in the folder in
    // which git and ssh run.
    variables: { GIT_SSH_COMMAND: 'ssh -F ssh_config' },
    cwd: folder.path,
    close: () => folder.close(),
  };
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function wrongCredentials(message: string): BuildFailure {
  return new BuildFailure('SourceAccessDenied', message);
}
