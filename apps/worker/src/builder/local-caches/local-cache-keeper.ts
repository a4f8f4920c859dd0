import type { BuildProjectRepository } from '@cooperage/db';
import type { LocalCaches } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

const intervalMs = 60_000;

/** Sees to the caches on this worker's disk: they go with their project, and keep within their budget. */
export class LocalCacheKeeper {
  private readonly loop: WakeLoop;

  constructor(
    private readonly caches: LocalCaches | null,
    private readonly projects: Pick<BuildProjectRepository, 'find'>,
    logger: Logger,
  ) {
    this.loop = new WakeLoop('local caches', intervalMs, logger, () => this.look());
  }

  start(): void {
    if (this.caches) this.loop.start();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  async look(): Promise<void> {
    if (!this.caches) return;
    for (const id of await this.caches.projects()) {
      const project = await this.projects.find(id);
      if (!project || project.deletedAt) await this.caches.removeProject(id);
    }
    await this.caches.makeRoom();
  }
}
