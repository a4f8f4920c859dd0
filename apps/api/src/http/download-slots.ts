import { Download } from './download.js';
import { SharedSlots, type SlotSettings } from './shared-slots.js';

/** Slots of one person (`perKey`) and of one organization (`perGroup`). */
export interface DownloadLimits extends SlotSettings {
  /** For how long a reader may be slow while others wait, in milliseconds. A minute without it. */
  readonly graceMs?: number;
}

interface Running {
  readonly userId: string;
  readonly organizationId: string;
  readonly download: Download;
}

/** How often somebody who waits looks whether a reader has become slow. */
const lookEveryMs = 500;

/**
 * Slots of downloads, bounded for a person, for an organization and for all together. Its reader decides how long a download takes, so
 * the slow ones give their slots up while somebody waits: one at a time, of the organization that has the most.
 */
export class DownloadSlots {
  private readonly slots: SharedSlots;
  private readonly running = new Set<Running>();

  /** @param what the downloads, in the plural, for the person who is asked to come back */
  constructor(
    what: string,
    private readonly limits: DownloadLimits,
  ) {
    this.slots = new SharedSlots(what, limits, 'person');
  }

  /**
   * Waits for a slot.
   * @returns the download, to be sent or canceled
   * @throws {ApiProblem} `rate_limited` while the person or the organization has its share, or all slots are taken
   */
  async take(userId: string, organizationId: string): Promise<Download> {
    const makeRoom = () => this.endSlowest(userId, organizationId);
    if (!this.slots.isFree(userId, organizationId)) makeRoom();
    const look = setInterval(makeRoom, lookEveryMs);
    try {
      return this.start(userId, organizationId, await this.slots.take(userId, organizationId));
    } finally {
      clearInterval(look);
    }
  }

  private start(userId: string, organizationId: string, release: () => void): Download {
    const download = new Download(this.limits.graceMs ?? 60_000, () => {
      this.running.delete(running);
      release();
    });
    const running: Running = { userId, organizationId, download };
    this.running.add(running);
    return download;
  }

  /** Ends one slow download whose slot helps the one who waits: his own where he has his share, or one of his organization. */
  private endSlowest(userId: string, organizationId: string): void {
    const { perKey, perGroup = perKey } = this.limits;
    const all = [...this.running];
    const own = all.filter((each) => each.userId === userId);
    const ofOrganization = all.filter((each) => each.organizationId === organizationId);
    const inTheWay = own.length >= perKey ? own : ofOrganization.length >= perGroup ? ofOrganization : all;
    const heldBy = Map.groupBy(all, (each) => each.organizationId);
    const [slowest] = inTheWay
      .filter(({ download }) => download.isSlow)
      .toSorted((a, b) => heldBy.get(b.organizationId)!.length - heldBy.get(a.organizationId)!.length);
    slowest?.download.end('the download was slow, and others waited for its slot');
  }
}
