import type { BuildProjectRepository } from '@cooperage/db';
import { diskFloorBytes, mirrorsToDrop, type Space } from '@cooperage/domain';
import type { Source, StoredMirror, StoredProject } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';
import { diskSpace } from './disk-space.js';
import type { MirrorKeeper } from './mirror-keeper.js';
import { WakeLoop } from './wake-loop.js';

const intervalMs = 60_000;
/** To remove gigabytes takes a while. */
const limitMs = 30 * 60_000;
const touchMs = 30_000;
/** Whatever is used is touched more often than that, by each process of a root. */
const usualHeldMs = 120_000;
/** Of the floor of the disk: mirrors give way a little before nothing more is fetched. */
const roomPart = 1.5;

export interface MirrorRoomOptions {
  readonly root: string;
  readonly budgetBytes: number;
  /** A mirror that was used less long ago is in use, in this process or another. */
  readonly heldMs?: number;
  readonly spaceOf?: (root: string) => Promise<Space>;
}

/**
 * Keeps the mirrors of a root within their budget, and less than that where the disk gets full. Mirrors of projects that are
 * gone go at once; then what is longest unused of the organization that has the most. Several processes may share a root.
 */
export class MirrorRoom {
  readonly loop: WakeLoop;
  private touching: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Pick<Source, 'stored' | 'drop' | 'touch' | 'remove'>,
    private readonly keeper: Pick<MirrorKeeper, 'used'>,
    private readonly projects: Pick<BuildProjectRepository, 'owners'>,
    private readonly options: MirrorRoomOptions,
    private readonly logger: Logger,
  ) {
    this.loop = new WakeLoop('git mirrors', intervalMs, logger, () => this.look(), limitMs);
  }

  start(): void {
    this.touching = setInterval(() => void this.touch(), touchMs).unref();
    this.loop.start();
  }

  close(): Promise<void> {
    clearInterval(this.touching);
    return this.loop.close();
  }

  async look(): Promise<void> {
    await this.touch();
    const stored = await this.source.stored();
    const owners = await this.ownersOf(stored);
    const isHeld = this.holds();
    // Of projects that are gone: they count, and stay while they are in use or cannot be removed.
    const staying = new Set<string>();
    for (const project of stored.filter(({ id }) => !owners.has(id))) {
      const inUse = project.mirrors.some((mirror) => isHeld(project, mirror));
      if (inUse || !(await this.gone(project.id, () => this.source.remove(project)))) staying.add(project.id);
    }
    const mirrors = stored.flatMap((project) => {
      const owner = owners.get(project.id);
      if (owner === undefined && !staying.has(project.id)) return [];
      return project.mirrors.map((mirror) => {
        const held = owner === undefined || isHeld(project, mirror);
        return { ...mirror, owner: owner ?? project.id, held };
      });
    });
    const bytes = mirrors.reduce((sum, mirror) => sum + mirror.bytes, 0);
    const mostBytes = Math.min(this.options.budgetBytes, bytes - (await this.missing()));
    const toDrop = new Set(mirrorsToDrop(mirrors, mostBytes));
    let dropped = 0;
    for (const mirror of mirrors.filter(({ name }) => toDrop.has(name)))
      if (await this.gone(mirror.name, () => this.source.drop(mirror))) dropped++;
    if (dropped > 0) this.logger.info({ mirrors: dropped, bytes }, 'removed git mirrors that were not used');
  }

  /** The database may lie on the disk that these mirrors fill. Where it does not answer, each project is its own owner, and none is gone. */
  private async ownersOf(stored: readonly StoredProject[]): Promise<Map<string, string>> {
    const ids = stored.map(({ id }) => id);
    return this.projects.owners(ids).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'organizations of git mirrors could not be read');
      return new Map(ids.map((id) => [id, id]));
    });
  }

  /** One that cannot be removed keeps no other one from it. It is tried again at the next look. */
  private async gone(name: string, remove: () => Promise<void>): Promise<boolean> {
    try {
      await remove();
      return true;
    } catch (error) {
      this.logger.error({ err: error, name }, 'git mirrors could not be removed');
      return false;
    }
  }

  private async touch(): Promise<void> {
    for (const id of this.keeper.used()) await this.source.touch({ id }).catch(() => undefined);
  }

  private holds(): (project: StoredProject, mirror: StoredMirror) => boolean {
    const { heldMs = usualHeldMs } = this.options;
    const used = new Set(this.keeper.used());
    const sinceMs = Date.now() - heldMs;
    return ({ id }, { usedAtMs }) => used.has(id) || usedAtMs > sinceMs;
  }

  /** Bytes that the disk lacks, of which it must never have too few. */
  private async missing(): Promise<number> {
    const { root, spaceOf = diskSpace } = this.options;
    const space = await spaceOf(root).catch(() => null);
    return space === null ? 0 : Math.max(0, diskFloorBytes(space.totalBytes) * roomPart - space.freeBytes);
  }
}
