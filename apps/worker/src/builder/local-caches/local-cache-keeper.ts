import type { BuildProjectRepository, SweptResets } from '@cooperage/db';
import { cachesFromBefore } from '@cooperage/domain';
import type { LocalCaches } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';

const intervalMs = 60_000;

/** Sees to the caches on this worker's disk: they go with their project and with a reset, and keep within their budget. */
export class LocalCacheKeeper {
  readonly loop: WakeLoop;

  constructor(
    private readonly caches: LocalCaches | null,
    private readonly projects: Pick<BuildProjectRepository, 'find'>,
    private readonly resets: Pick<SweptResets, 'of'>,
    logger: Logger,
  ) {
    this.loop = new WakeLoop('local caches', intervalMs, logger, () => this.look(), 30 * 60_000);
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
      else await this.removeOlder(this.caches, id);
    }
    await this.caches.makeRoom();
  }

  private async removeOlder(caches: LocalCaches, projectId: string): Promise<void> {
    const resets = await this.resets.of(projectId);
    if (resets.length === 0) return;
    await caches.remove(cachesFromBefore(await caches.names(projectId), resets));
  }
}
