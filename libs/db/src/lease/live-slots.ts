import type { Lane } from '@cooperage/domain';
import { Prisma } from '../generated/client.js';

/** What live builders can take; one whose engine does not answer says so in its note, and takes nothing. */
export const liveSlots = slots(Prisma.sql`true`);

/** Of builders in this lane. Of those for trusted builds only the ones with this engine; one that does not say its engine has it. */
export function liveSlotsOf(lane: Lane, engine: string): Prisma.Sql {
  return slots(
    lane === 'strangers'
      ? Prisma.sql`info->>'lane' = 'strangers'`
      : Prisma.sql`coalesce(info->>'lane', 'trusted') = 'trusted' AND coalesce(info->>'engine', ${engine}) = ${engine}`,
  );
}

function slots(those: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
  SELECT coalesce(sum((info->>'slots')::int), 0)::int FROM process_instance
  WHERE role = 'builder' AND ended_at IS NULL AND heartbeat_at > now() - interval '30 seconds'
    AND coalesce(info->>'note', '') = '' AND ${those})`;
}
