import { type DeliveryChange, deliveryChangeSchema } from '@cooperage/contracts';
import type { Logger } from '@cooperage/telemetry';
import type { Announcements } from './announcements.js';
import { organizationRoom, projectRoom } from './build-announcer.js';
import type { LiveNamespace } from './viewer.js';

const anything: DeliveryChange = { projectId: null, organizationId: null };

/** Tells pages that deliveries of a project changed. They ask the API for the rest. */
export class DeliveryAnnouncer {
  private isFirst = true;

  constructor(
    private readonly namespace: Pick<LiveNamespace, 'emit'>,
    private readonly announcements: Pick<Announcements, 'add'>,
    private readonly logger: Logger,
  ) {}

  /** @param payload of the database's notification; empty when notifications were lost. */
  readonly onNotification = (payload: string): void => {
    if (payload !== '') this.announce(payload);
    else if (this.isFirst) this.isFirst = false;
    // It says nothing of anybody, so everybody may hear it.
    else this.namespace.emit('delivery:changed', anything);
  };

  private announce(payload: string): void {
    const change = deliveryChangeSchema.safeParse(parsed(payload));
    if (!change.success || change.data.projectId === null || change.data.organizationId === null) {
      this.logger.error({ part: 'delivery channel' }, 'a notification is in a form that is not known');
      return;
    }
    const { projectId, organizationId } = change.data;
    this.announcements.add({
      holder: organizationRoom(organizationId),
      subject: `deliveries:${projectId}`,
      rooms: [projectRoom(projectId), organizationRoom(organizationId)],
      make: (rooms) => rooms.emit('delivery:changed', change.data),
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
