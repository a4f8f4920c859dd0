import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RemoteUrl } from '@cooperage/domain';
import { preparePrivateFolder } from '../source-folders.js';
import type { SourceLimits } from '../source-limits.js';
import type { GitCredentials } from '../source-project.js';

/** A private folder that lives for one command and holds all that ssh reads. */
export interface SshFolder {
  readonly path: string;
  /** Keeps the host key if it was seen for the first time, and removes the folder. */
  close(): Promise<void>;
}

interface SshFolderInput {
  readonly remote: RemoteUrl;
  /** The checked address that ssh connects to. */
  readonly address: string;
  readonly credentials: Extract<GitCredentials, { kind: 'sshKey' }> | undefined;
  readonly knownHostsFile: string;
  readonly options: { readonly privateFolder: string; readonly limits: SourceLimits };
}

export async function openSshFolder(input: SshFolderInput): Promise<SshFolder> {
  const { credentials, knownHostsFile, options } = input;
  await preparePrivateFolder(options.privateFolder);
  const path = await mkdtemp(join(options.privateFolder, `${process.pid}-`));
  const remembered = credentials?.knownHosts === undefined;
  const close = async (): Promise<void> => {
    if (remembered) await keepKnownHosts(join(path, 'known_hosts'), knownHostsFile);
    await rm(path, { recursive: true, force: true });
  };
  try {
    const knownHosts = credentials?.knownHosts ?? (await readFile(knownHostsFile, 'utf8').catch(() => ''));
    await writeFile(join(path, 'known_hosts'), ended(knownHosts), { mode: 0o600 });
    if (credentials) await writeFile(join(path, 'identity'), ended(credentials.privateKey), { mode: 0o600 });
    await writeFile(join(path, 'ssh_config'), sshConfig(input, remembered && knownHosts === ''), { mode: 0o600 });
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
  return { path, close };
}

/** See ssh_config(5). Names of files are relative to the folder, in which ssh runs. */
function sshConfig({ remote, address, credentials, options }: SshFolderInput, isFirstContact: boolean): string {
  const intervalSeconds = Math.max(1, Math.round(options.limits.slowWindowMs / 3000));
  const settings: [string, string | number][] = [
    // The name stands in the command line; the connection goes to the checked address, the key is the name's.
    ['HostName', address],
    ['HostKeyAlias', remote.port === 22 ? remote.host : `[${remote.host}]:${remote.port}`],
    ['UserKnownHostsFile', 'known_hosts'],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', isFirstContact ? 'accept-new' : 'yes'],
    ['UpdateHostKeys', 'no'],
    ['HashKnownHosts', 'no'],
    ['BatchMode', 'yes'],
    ['IdentitiesOnly', 'yes'],
    ['IdentityAgent', 'none'],
    ['IdentityFile', credentials ? 'identity' : 'none'],
    ['PreferredAuthentications', 'publickey'],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['PermitLocalCommand', 'no'],
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['CanonicalizeHostname', 'no'],
    ['ConnectTimeout', 15],
    ['ServerAliveInterval', intervalSeconds],
    ['ServerAliveCountMax', 3],
    ['LogLevel', 'ERROR'],
  ];
  return settings.map(([key, value]) => `${key} ${value}\n`).join('');
}

async function keepKnownHosts(from: string, to: string): Promise<void> {
  const text = await readFile(from, 'utf8').catch(() => '');
  if (text === '' || text === (await readFile(to, 'utf8').catch(() => ''))) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await writeFile(`${from}.new`, text, { mode: 0o600 });
  await rename(`${from}.new`, to);
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
