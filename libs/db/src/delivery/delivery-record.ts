import type { NoBuildReason } from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';

export interface VerdictRecord {
  readonly ruleId: string | null;
  readonly ruleName: string;
  readonly matched: boolean;
  readonly reason: string;
  readonly explanation: string;
  readonly tags: readonly string[];
  readonly buildId: string | null;
  readonly buildNumber: number | null;
}

export interface DeliveryRecord {
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
  readonly verdicts: readonly VerdictRecord[];
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
  verdicts: {
    select: {
      ruleId: true,
      ruleName: true,
      matched: true,
      reason: true,
      explanation: true,
      tags: true,
      buildId: true,
    },
    orderBy: { id: 'asc' },
  },
} as const satisfies Prisma.DeliverySelect;

type DeliveryRow = Prisma.DeliveryGetPayload<{ select: typeof deliveryColumns }>;

/** @param numbers numbers of the builds that verdicts name, by id. */
export function toDeliveryRecord(row: DeliveryRow, numbers: ReadonlyMap<string, number>): DeliveryRecord {
  const verdicts = row.verdicts.map((verdict) => ({
    ...verdict,
    buildNumber: verdict.buildId === null ? null : (numbers.get(verdict.buildId) ?? null),
  }));
  const { project, reason, ...delivery } = row;
  return {
    ...delivery,
    reason: reason as NoBuildReason | null,
    verdicts,
    projectSlug: project.slug,
    organizationSlug: project.organization.slug,
  };
}
