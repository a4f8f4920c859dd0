import { initialBuildState } from '@cooperage/domain';
import type { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { toBuildRecord, toJson } from './build-mapping.js';
import type { BuildInputs, BuildRecord, BuildTrigger } from './build-record.js';
import { announce } from './build-transition.js';

export interface NewBuild extends BuildInputs {
  readonly organizationId: string;
  readonly projectId: string;
  readonly sequence: bigint;
  readonly ruleId: string | null;
  readonly ruleName: string | null;
  readonly deliveryId: string | null;
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
  readonly retryOf: string | null;
}

/** Adds a queued build with the project's next number. The caller's transaction holds the project's row. */
export async function createBuildIn(tx: Prisma.TransactionClient, input: NewBuild): Promise<BuildRecord> {
  const { lastBuildNumber } = await tx.project.update({
    where: { id: input.projectId },
    data: { lastBuildNumber: { increment: 1 } },
    select: { lastBuildNumber: true },
  });
  const row = await tx.build.create({
    data: {
      ...input,
      ...initialBuildState,
      id: newId(),
      number: lastBuildNumber,
      tags: [...input.tags],
      commitTime: BigInt(input.commitTime),
      buildArgs: toJson(input.buildArgs),
      limits: toJson(input.limits),
    },
  });
  const build = toBuildRecord(row);
  await tx.$executeRaw`SELECT pg_notify(${channels.dispatch}, '')`;
  await announce(tx, build);
  return build;
}

/** The next sequence of a project: one for each evaluated head, shared by the builds that it starts. */
export async function nextSequenceIn(tx: Prisma.TransactionClient, projectId: string): Promise<bigint> {
  const { lastSequence } = await tx.project.update({
    where: { id: projectId },
    data: { lastSequence: { increment: 1 } },
    select: { lastSequence: true },
  });
  return lastSequence;
}
