import { type BuildChange, buildChangeSchema, stepsChangeSchema } from '@cooperage/contracts';
import { type AnnouncedBuild, BuildLists } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import type { LiveNamespace } from './viewer.js';

/** What pages may have missed while the database could not notify. */
const missedMs = 300_000;
const maxMissed = 500;

export const projectRoom = (projectId: string): string => `project:${projectId}`;
export const organizationRoom = (organizationId: string): string => `organization:${organizationId}`;

/** Tells pages that a build changed. They ask the API for the rest, so nothing here needs to be complete or in order. */
export class BuildAnnouncer {
  private isFirst = true;

  constructor(
    private readonly namespace: LiveNamespace,
    private readonly builds: Pick<BuildLists, 'recentlyChanged'>,
    private readonly logger: Logger,
  ) {}

  /** @param payload of the database's notification; empty when notifications were lost. */
  readonly onNotification = (payload: string): void => {
    if (payload !== '') this.announce(payload);
    else if (this.isFirst) this.isFirst = false;
    else void this.announceMissed().catch((error: unknown) => this.logger.warn({ err: error }, 'changes were missed'));
  };

  /** As above, for steps. What was lost needs no repair: pages ask again when their builds are announced. */
  readonly onSteps = (payload: string): void => {
    if (payload === '') return;
    const change = stepsChangeSchema.safeParse(parsed(payload));
    if (change.success) this.namespace.to(projectRoom(change.data.projectId)).emit('steps:changed', change.data);
    else this.logger.error({ part: 'steps channel' }, 'a notification is in a form that is not known');
  };

  private announce(payload: string): void {
    const change = buildChangeSchema.safeParse(parsed(payload));
    if (change.success) this.send(change.data);
    else this.logger.error({ part: 'build channel' }, 'a notification is in a form that is not known');
  }

  private async announceMissed(): Promise<void> {
    const builds = await this.builds.recentlyChanged(missedMs, maxMissed);
    for (const build of builds) this.send(changeOf(build));
  }

  private send(change: BuildChange): void {
    const rooms = [projectRoom(change.projectId), organizationRoom(change.organizationId)];
    this.namespace.to(rooms).emit('build:changed', change);
  }
}

function changeOf(build: AnnouncedBuild): BuildChange {
  const { id, projectId, organizationId, number, version, status, phase, attemptNumber } = build;
  return { buildId: id, projectId, organizationId, number, version, status, phase, attempt: attemptNumber };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
