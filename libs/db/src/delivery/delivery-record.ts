import type { NoBuildReason } from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';
import type { ShownVerdicts } from './shown-verdicts.js';

export interface DeliveryRecord extends ShownVerdicts {
  readonly id: string;
  readonly projectId: string;
  readonly projectSlug: string;
  readonly organizationSlug: string;
  readonly forge: string;
  readonly deliveryKey: string;
  readonly eventName: string;
  readonly proof: string;
  readonly status: string;
  readonly ref: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly sender: string | null;
  /** Why nothing was built although it named a ref, as a code. */
  readonly reason: NoBuildReason | null;
  readonly note: string | null;
  readonly failureCode: string | null;
  readonly replayOf: string | null;
  /** The first delivery with the same body, where this one is only its replay. */
  readonly sameBodyAs: string | null;
  readonly receivedAt: Date;
  readonly evaluatedAt: Date | null;
}

export interface DeliveryContent {
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body. */
  readonly bodyHead: Uint8Array;
  /** Length of the whole body. */
  readonly bodyBytes: number;
}

export const deliveryColumns = {
  id: true,
  projectId: true,
  project: { select: { slug: true, organization: { select: { slug: true } } } },
  forge: true,
  deliveryKey: true,
  eventName: true,
  proof: true,
  status: true,
  ref: true,
  before: true,
  after: true,
  sender: true,
  reason: true,
  note: true,
  failureCode: true,
  replayOf: true,
  sameBodyAs: true,
  receivedAt: true,
  evaluatedAt: true,
} as const satisfies Prisma.DeliverySelect;

type DeliveryRow = Prisma.DeliveryGetPayload<{ select: typeof deliveryColumns }>;

export function toDeliveryRecord(row: DeliveryRow, shown: ReadonlyMap<string, ShownVerdicts>): DeliveryRecord {
  const { project, reason, ...delivery } = row;
  return {
    ...delivery,
    reason: reason as NoBuildReason | null,
    ...(shown.get(row.id) ?? { verdicts: [], verdictsLeftOut: 0 }),
    projectSlug: project.slug,
    organizationSlug: project.organization.slug,
  };
}
