import type { Phase } from '@cooperage/domain';
import { Prisma } from '../generated/client.js';

/** The moment of this statement as ISO 8601 text, by the database's clock. */
const moment = Prisma.sql`to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The phases of the build's row `b`, the open one ended. A span never ends before it began. */
export const closedSpans = Prisma.sql`coalesce((
  SELECT jsonb_agg(CASE WHEN s.span->>'endedAt' IS NULL
    THEN s.span || jsonb_build_object('endedAt', greatest(${moment}, s.span->>'startedAt')) ELSE s.span END ORDER BY s.nth)
  FROM jsonb_array_elements(b.phases) WITH ORDINALITY AS s(span, nth)), '[]'::jsonb)`;

/** One phase that begins now. */
export function openSpan(phase: Phase): Prisma.Sql {
  return Prisma.sql`jsonb_build_array(jsonb_build_object('phase', ${phase}::text, 'startedAt', ${moment}, 'endedAt', NULL))`;
}
