import type { BuildProjectRepository, RegistryTokenRepository } from '@cooperage/db';
import { type MasterKeys, openBox, sealedSubject } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { AttemptToken } from './attempt-token.js';

/** Opens what a build may use: secrets as mounts, credentials of foreign registries, its own registry token. */
export class BuildSecrets {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly tokens: RegistryTokenRepository,
    private readonly keys: MasterKeys,
    private readonly registryHost: string,
  ) {}

  async secrets(projectId: string): Promise<Map<string, Uint8Array>> {
    const rows = await this.projects.secrets(projectId);
    return new Map(
      rows.map((row) => [row.name, openBox(this.keys, row.sealed, sealedSubject.projectSecret(projectId, row.name))]),
    );
  }

  async registryAuth(projectId: string, attemptId: string): Promise<BuildRequest['registryAuth']> {
    const rows = await this.projects.registryCredentials(projectId);
    const byHost = new Map(
      rows.map(({ host, username, sealed }) => [
        host,
        {
          username,
          password: Buffer.from(openBox(this.keys, sealed, sealedSubject.registryCredential(projectId, host))).toString(
            'utf8',
          ),
        },
      ]),
    );
    const token = new AttemptToken(this.tokens, this.keys, attemptId);
    await token.get();
    return {
      token: async (host) => (host === this.registryHost ? token.get() : null),
      credentials: (host) => byHost.get(host) ?? null,
    };
  }
}
