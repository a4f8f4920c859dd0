import { type BuildChange, buildChangeSchema, type StepsChange, stepsChangeSchema } from '@cooperage/contracts';
import { type AnnouncedBuild, BuildLists } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import type { Announcements } from './announcements.js';
import { everybodyMs, lineMs, parsed } from './notification.js';
import { Pace } from './pace.js';

/** What pages may have missed while the database could not notify. */
const missedMs = 300_000;
const maxMissed = 500;

export const projectRoom = (projectId: string): string => `project:${projectId}`;
export const organizationRoom = (organizationId: string): string => `organization:${organizationId}`;

/** Tells pages that a build changed. They ask the API for the rest, so nothing here needs to be complete or in order. */
export class BuildAnnouncer {
  private readonly missed: Pace;
  private readonly unknown: Pace;

  constructor(
    private readonly announcements: Pick<Announcements, 'add'>,
    private readonly builds: Pick<BuildLists, 'recentlyChanged'>,
    logger: Logger,
  ) {
    const onError = (error: unknown) => logger.warn({ err: error }, 'changes were missed');
    this.missed = new Pace(everybodyMs, () => this.announceMissed(), onError);
    const note = () => logger.error({ part: 'build channels' }, 'a notification is in a form that is not known');
    this.unknown = new Pace(lineMs, note, onError);
  }

  /** @param payload of the database's notification. */
  readonly onNotification = (payload: string): void => {
    const change = buildChangeSchema.safeParse(parsed(payload));
    if (change.success) this.send(change.data);
    else this.unknown.ask();
  };

  /** As above, for steps. */
  readonly onSteps = (payload: string): void => {
    const change = stepsChangeSchema.safeParse(parsed(payload));
    if (change.success) this.sendSteps(change.data);
    else this.unknown.ask();
  };

  /** Notifications were lost. Those of steps need no repair: pages ask again when their builds are announced. */
  readonly onReconnect = (): void => this.missed.ask();

  private async announceMissed(): Promise<void> {
    const builds = await this.builds.recentlyChanged(missedMs, maxMissed);
    for (const build of builds) this.send(changeOf(build));
  }

  private send(change: BuildChange): void {
    const { buildId, projectId, organizationId, version } = change;
    this.announcements.add({
      holder: organizationRoom(organizationId),
      subject: `build:${buildId}`,
      version,
      rooms: [projectRoom(projectId), organizationRoom(organizationId)],
      make: (rooms) => rooms.emit('build:changed', change),
    });
  }

  /** Which organization it is of is not known here; who follows that alone hears nothing of steps. */
  private sendSteps(change: StepsChange): void {
    const room = projectRoom(change.projectId);
    this.announcements.add({
      holder: room,
      subject: `steps:${change.buildId}:${change.attempt}`,
      rooms: [room],
      make: (rooms) => rooms.emit('steps:changed', change),
    });
  }
}

function changeOf(build: AnnouncedBuild): BuildChange {
  const { id, projectId, organizationId, number, version, status, phase, attemptNumber } = build;
  return { buildId: id, projectId, organizationId, number, version, status, phase, attempt: attemptNumber };
}
