import {
  BuildFailure,
  credentialOrigin,
  type MasterKeys,
  openBox,
  SealedBoxError,
  sealedSubject,
} from '@cooperage/domain';
import type { GitCredentials, SourceProject } from '@cooperage/source';

export interface SealedSource {
  readonly id: string;
  readonly remoteUrl: string;
  readonly gitCredentials: Uint8Array | null;
}

/** Opens what `libs/source` needs of a project. */
export class SourceProjects {
  constructor(private readonly keys: MasterKeys) {}

  /**
   * Credentials belong to one origin, which their box is sealed for: they open for the address that they were set for.
   * @throws {BuildFailure} `SourceAccessDenied` when they belong to another origin or their key is gone; `SourceUnavailable`
   *   while the API has not bound them to an origin yet
   */
  of({ id, remoteUrl, gitCredentials }: SealedSource): SourceProject {
    if (gitCredentials === null) return { id, remoteUrl };
    const opened = this.open(gitCredentials, id, remoteUrl);
    const stored = JSON.parse(Buffer.from(opened).toString('utf8')) as StoredCredentials;
    return { id, remoteUrl, credentials: toGitCredentials(stored) };
  }

  private open(sealed: Uint8Array, projectId: string, remoteUrl: string): Uint8Array {
    try {
      return openBox(this.keys, sealed, sealedSubject.gitCredentials(projectId, credentialOrigin(remoteUrl)));
    } catch (error) {
      if (!(error instanceof SealedBoxError)) throw error;
      throw this.isUnbound(sealed, projectId)
        ? new BuildFailure('SourceUnavailable', 'The stored credentials of the git host belong to no host yet.')
        : new BuildFailure(
            'SourceAccessDenied',
            'The stored credentials belong to another git host or cannot be opened: set them again.',
            { cause: error },
          );
    }
  }

  /** Sealed before credentials belonged to an origin; the API seals them again when it starts, and every hour. */
  private isUnbound(sealed: Uint8Array, projectId: string): boolean {
    try {
      openBox(this.keys, sealed, sealedSubject.unboundGitCredentials(projectId)).fill(0);
      return true;
    } catch {
      return false;
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
