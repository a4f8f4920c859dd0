import type { CreatedProject, HookSecretInfo, Me, Project } from '@cooperage/contracts';
import { readJson, writeJson } from '../files/atomic-file.ts';
import type { Api } from './api.ts';
import { SAMPLE, type SampleRepository } from './sample-repository.ts';

interface Kept {
  readonly projectId: string;
}

const PLATFORMS: Readonly<Record<string, string>> = { x64: 'linux/amd64', arm64: 'linux/arm64' };

/**
 * The public sample project and the hook of its repository. It is made once: a person who deletes it does not get it back
 * at the next start.
 */
export class SampleProject {
  private readonly api: Api;
  private readonly repository: SampleRepository;
  private readonly file: string;

  /** @param file where its id is kept. */
  constructor(api: Api, repository: SampleRepository, file: string) {
    this.api = api;
    this.repository = repository;
    this.file = file;
  }

  /** @returns undefined where it was deleted. */
  async ensure(): Promise<Project | undefined> {
    await this.repository.prepare();
    const kept = readJson<Kept>(this.file);
    const project = kept
      ? await this.api.find<Project>(`/api/v1/projects/${kept.projectId}`)
      : ((await this.lookUp()) ?? (await this.create()));
    if (!project) return undefined;
    writeJson(this.file, { projectId: project.id } satisfies Kept);
    await this.connect(project);
    return project;
  }

  /** A start that was killed may have made it and not have come to keep its id. */
  private async lookUp(): Promise<Project | undefined> {
    const { organizations } = await this.api.get<Me>('/api/v1/me');
    return this.api.find<Project>(`/api/v1/lookup?path=${organizations[0]?.slug}/${SAMPLE}`);
  }

  private async create(): Promise<Project> {
    const { organizations } = await this.api.get<Me>('/api/v1/me');
    const { project, hookSecret } = await this.api.post<CreatedProject>('/api/v1/projects', {
      organizationId: organizations[0]?.organizationId,
      slug: SAMPLE,
      name: SAMPLE,
      description: 'The sample that ./cooperage up pushes first.',
      visibility: 'public',
      remoteUrl: this.repository.address,
      platform: PLATFORMS[process.arch] ?? 'linux/amd64',
    });
    this.repository.directWebhook(project.hookUrl, hookSecret.secret);
    return project;
  }

  /** Ports are kept between starts, unless somebody took one meanwhile: then both ends learn the new address. */
  private async connect({ id, hookUrl, remoteUrl }: Project): Promise<void> {
    const { address } = this.repository;
    if (remoteUrl !== address) await this.api.patch(`/api/v1/projects/${id}`, { remoteUrl: address });
    if (this.repository.directWebhook(hookUrl)) return;
    const path = `/api/v1/projects/${id}/hook-secrets`;
    const { secret } = await this.api.post<HookSecretInfo & { secret: string }>(path, {});
    this.repository.directWebhook(hookUrl, secret);
  }
}
