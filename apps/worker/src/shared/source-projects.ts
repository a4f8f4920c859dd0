import { type MasterKeys, openBox, sealedSubject } from '@cooperage/domain';
import type { GitCredentials, SourceProject } from '@cooperage/source';

/** Opens what `libs/source` needs of a project. */
export class SourceProjects {
  constructor(private readonly keys: MasterKeys) {}

  of(project: { id: string; remoteUrl: string; gitCredentials: Uint8Array | null }): SourceProject {
    const { id, remoteUrl, gitCredentials } = project;
    if (gitCredentials === null) return { id, remoteUrl };
    const opened = openBox(this.keys, gitCredentials, sealedSubject.gitCredentials(id));
    return {
      id,
      remoteUrl,
      credentials: toGitCredentials(JSON.parse(Buffer.from(opened).toString('utf8')) as StoredCredentials),
    };
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
