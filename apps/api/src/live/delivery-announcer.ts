import { type DeliveryChange, deliveryChangeSchema } from '@cooperage/contracts';
import type { Logger } from '@cooperage/telemetry';
import type { Announcements } from './announcements.js';
import { organizationRoom, projectRoom } from './build-announcer.js';
import { everybodyMs, lineMs, parsed } from './notification.js';
import { Pace } from './pace.js';
import type { LiveNamespace } from './viewer.js';

const anything: DeliveryChange = { projectId: null, organizationId: null };

/** Tells pages that deliveries of a project changed. They ask the API for the rest. */
export class DeliveryAnnouncer {
  private readonly everybody: Pace;
  private readonly unknown: Pace;

  constructor(
    namespace: Pick<LiveNamespace, 'emit'>,
    private readonly announcements: Pick<Announcements, 'add'>,
    logger: Logger,
  ) {
    const onError = (error: unknown) => logger.warn({ err: error }, 'changes were missed');
    // It says nothing of anybody, so everybody may hear it.
    this.everybody = new Pace(everybodyMs, () => void namespace.emit('delivery:changed', anything), onError);
    const note = () => logger.error({ part: 'delivery channel' }, 'a notification is in a form that is not known');
    this.unknown = new Pace(lineMs, note, onError);
  }

  /** Notifications were lost. */
  readonly onReconnect = (): void => this.everybody.ask();

  /** @param payload of the database's notification. */
  readonly onNotification = (payload: string): void => {
    const change = deliveryChangeSchema.safeParse(parsed(payload));
    if (!change.success || change.data.projectId === null || change.data.organizationId === null) {
      this.unknown.ask();
      return;
    }
    const { projectId, organizationId } = change.data;
    this.announcements.add({
      holder: organizationRoom(organizationId),
      subject: `deliveries:${projectId}`,
      rooms: [projectRoom(projectId), organizationRoom(organizationId)],
      make: (rooms) => rooms.emit('delivery:changed', change.data),
    });
  };
}
