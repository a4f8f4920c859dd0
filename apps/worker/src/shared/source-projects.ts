import { BuildFailure, type MasterKeys, openBox, SealedBoxError, sealedSubject } from '@cooperage/domain';
import type { GitCredentials, SourceProject } from '@cooperage/source';

export interface SealedSource {
  readonly id: string;
  readonly remoteUrl: string;
  readonly gitCredentials: Uint8Array | null;
}

/** Opens what `libs/source` needs of a project. */
export class SourceProjects {
  constructor(private readonly keys: MasterKeys) {}

  /** @throws {BuildFailure} `SourceAccessDenied` when the credentials were sealed with a key that is not there any more */
  of({ id, remoteUrl, gitCredentials }: SealedSource): SourceProject {
    if (gitCredentials === null) return { id, remoteUrl };
    const opened = this.open(gitCredentials, id);
    const stored = JSON.parse(Buffer.from(opened).toString('utf8')) as StoredCredentials;
    return { id, remoteUrl, credentials: toGitCredentials(stored) };
  }

  private open(sealed: Uint8Array, projectId: string): Uint8Array {
    try {
      return openBox(this.keys, sealed, sealedSubject.gitCredentials(projectId));
    } catch (error) {
      if (!(error instanceof SealedBoxError)) throw error;
      throw new BuildFailure('SourceAccessDenied', 'The stored credentials of the git host cannot be opened.', {
        cause: error,
      });
    }
  }
}

/** As the API stores them: the contract's `PutGitCredentials`. */
type StoredCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'ssh'; readonly privateKey: string; readonly knownHosts: string };

function toGitCredentials(stored: StoredCredentials): GitCredentials {
  if (stored.kind === 'basic') return stored;
  return { kind: 'sshKey', privateKey: stored.privateKey, ...(stored.knownHosts && { knownHosts: stored.knownHosts }) };
}
