import type { LiveNamespace } from './viewer.js';

/** Changes within this time are announced together. Pages ask again at most twice a second. */
const gatherMs = 100;
/** Most announcements of one holder within that time: a hundred in a second. */
const mostOfHolder = 10;

export interface Announcement {
  /** Whose announcements are bounded together. */
  readonly holder: string;
  /** What changed: of several announcements the newest version is made. */
  readonly subject: string;
  readonly version?: number;
  readonly rooms: readonly string[];
  readonly make: (rooms: ReturnType<LiveNamespace['to']>) => void;
}

/**
 * Gathers what pages are told of changes: each announcement is a message to each page that is open, in this process and in the one
 * that passes it on. Where more of one holder changed than is announced one by one, its pages are told that everything did.
 */
export class Announcements {
  private readonly waiting = new Map<string, Map<string, Announcement>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly namespace: Pick<LiveNamespace, 'to'>) {}

  add(announcement: Announcement): void {
    const { holder, subject, version = 0 } = announcement;
    const subjects = this.waiting.get(holder) ?? new Map<string, Announcement>();
    this.waiting.set(holder, subjects);
    if (version >= (subjects.get(subject)?.version ?? 0)) subjects.set(subject, announcement);
    this.timer ??= setTimeout(() => this.announce(), gatherMs).unref();
  }

  private announce(): void {
    this.timer = undefined;
    const holders = [...this.waiting.values()].map((subjects) => [...subjects.values()]);
    this.waiting.clear();
    for (const announcements of holders) {
      if (announcements.length > mostOfHolder) this.announceAll(announcements);
      else for (const { rooms, make } of announcements) make(this.namespace.to([...rooms]));
    }
  }

  private announceAll(announcements: readonly Announcement[]): void {
    const rooms = new Set(announcements.flatMap((announcement) => announcement.rooms));
    this.namespace.to([...rooms]).emit('everything:changed');
  }
}
