import type { BuildProjectRepository, RegistryTokenRepository } from '@cooperage/db';
import { type MasterKeys, openBox, sealedSubject } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';

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
    return {
      token: (host) => (host === this.registryHost ? this.registryToken(attemptId) : Promise.resolve(null)),
      credentials: (host) => byHost.get(host) ?? null,
    };
  }

  /** Read each time it is asked for: control renews it while the lease holds, and lets it die after a fence. */
  private async registryToken(attemptId: string): Promise<{ token: string; expiresInSeconds: number } | null> {
    const found = await this.tokens.read(attemptId);
    if (!found) return null;
    const token = Buffer.from(openBox(this.keys, found.sealed, sealedSubject.registryToken(attemptId))).toString(
      'utf8',
    );
    return { token, expiresInSeconds: Math.max(1, Math.floor(found.expiresInMs / 1000)) };
  }
}
