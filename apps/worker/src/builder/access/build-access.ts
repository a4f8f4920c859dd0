import type {
  BuildProject,
  BuildProjectRepository,
  BuildRecord,
  ClaimedAttempt,
  RegistryTokenRepository,
} from '@cooperage/db';
import {
  BuildFailure,
  type FailureCode,
  type MasterKeys,
  openBox,
  remoteOrigin,
  SealedBoxError,
  sealedSubject,
} from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import type { LogSecret } from '@cooperage/logs/write';
import type { SourceProject } from '@cooperage/source';
import type { SealedSource, SourceProjects } from '../../shared/source-projects.js';
import { AttemptToken } from './attempt-token.js';
import { type ForeignRegistry, hiddenValues } from './hidden-values.js';

/** What one attempt may use, opened once: what its steps are given is what its log hides. */
export interface BuildAccess {
  readonly project: BuildProject;
  readonly source: SourceProject;
  /** By name; they reach steps only as mounts. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly registryAuth: BuildRequest['registryAuth'];
  /** The project has secrets or credentials, and this build gets none of them: it runs strangers' code. */
  readonly withheld: boolean;
  /** Everything of the above that nobody may read in a log, an error or a step's name. */
  readonly hidden: readonly LogSecret[];
}

/**
 * Where the build's record says that its commit is from. The credentials are those of the project's address of today, so
 * they go along only where that is the same host.
 */
function recordedSource(project: BuildProject, { remoteUrl }: Pick<BuildRecord, 'remoteUrl'>): SealedSource {
  const isSameHost = remoteOrigin(remoteUrl) === remoteOrigin(project.remoteUrl);
  return { id: project.id, remoteUrl, gitCredentials: isSameHost ? project.gitCredentials : null };
}

/** Opens what a build may use: secrets, credentials of git host and foreign registries, its own registry token. */
export class BuildAccesses {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly tokens: RegistryTokenRepository,
    private readonly sourceProjects: SourceProjects,
    private readonly keys: MasterKeys,
    private readonly options: { readonly registryHosts: readonly string[]; readonly leaseMs: number },
  ) {}

  /** @throws {BuildFailure} when the project is gone, or something of it cannot be opened; the message names what */
  async open({ attemptId, build }: ClaimedAttempt): Promise<BuildAccess> {
    const { projectId, zone } = build;
    const token = new AttemptToken(this.tokens, this.keys, attemptId, this.options.leaseMs);
    const isStrangers = zone === 'fork';
    const [project, secretRows, credentialRows, withheld] = await Promise.all([
      this.projects.find(projectId),
      isStrangers ? [] : this.projects.secrets(projectId),
      isStrangers ? [] : this.projects.registryCredentials(projectId),
      isStrangers && this.projects.hasSecrets(projectId),
      token.get(),
    ]);
    if (!project) throw new BuildFailure('InvalidBuildConfig', 'The project was deleted.');
    const source = this.sourceProjects.of(recordedSource(project, build));
    const secrets = new Map(secretRows.map((row) => [row.name, this.secret(projectId, row)]));
    const registries = credentialRows.map((row) => this.registry(projectId, row));
    const hidden = hiddenValues({ secrets, source, registries });
    return { project, source, secrets, registryAuth: this.registryAuth(token, registries), withheld, hidden };
  }

  private secret(projectId: string, { name, sealed }: { name: string; sealed: Uint8Array }): Uint8Array {
    const subject = sealedSubject.projectSecret(projectId, name);
    return this.unseal(sealed, subject, 'InvalidBuildConfig', `The secret ${name} cannot be opened: store it anew.`);
  }

  private registry(
    projectId: string,
    { host, username, sealed }: { host: string; username: string; sealed: Uint8Array },
  ): ForeignRegistry {
    const subject = sealedSubject.registryCredential(projectId, host);
    const message = `The credentials of ${host} cannot be opened: store them anew.`;
    const password = Buffer.from(this.unseal(sealed, subject, 'RegistryAccessDenied', message)).toString('utf8');
    return { host, username, password };
  }

  private unseal(sealed: Uint8Array, subject: string, code: FailureCode, message: string): Uint8Array {
    try {
      return openBox(this.keys, sealed, subject);
    } catch (error) {
      if (!(error instanceof SealedBoxError)) throw error;
      throw new BuildFailure(code, message, { cause: error });
    }
  }

  private registryAuth(token: AttemptToken, registries: readonly ForeignRegistry[]): BuildRequest['registryAuth'] {
    const byHost = new Map(registries.map(({ host, ...credentials }) => [host, credentials]));
    return {
      token: async (host) => (this.options.registryHosts.includes(host) ? token.get() : null),
      credentials: (host) => byHost.get(host) ?? null,
    };
  }
}
