import { BuildFailure } from '@cooperage/domain';

/** How the service proves to a git host that it may read. Kept in memory and given to one command at a time. */
export type GitCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'sshKey';
      /** OpenSSH or PEM private key without a passphrase. */
      readonly privateKey: string;
      /** Lines of a known_hosts file. Without them the first host key seen is kept for the project and must stay. */
      readonly knownHosts?: string;
    };

export interface SourceProject {
  /** Names the folder of its mirrors: letters, digits and dashes, at most 64. */
  readonly id: string;
  /** The clone address as it was saved; it is checked again at each use. */
  readonly remoteUrl: string;
  readonly credentials?: GitCredentials;
}

/** @throws {BuildFailure} `InvalidBuildConfig` for an id that must not name a folder. */
export function checkProjectId(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(id))
    throw new BuildFailure('InvalidBuildConfig', 'The id of the project is not valid.');
  return id;
}
