import { query } from '@cooperage/testing';
import { demand } from '../measure/inexact.js';

export interface BuildsSeed {
  readonly databaseUrl: string;
  /** A build that has ended; all are copies of it. */
  readonly likeBuildId: string;
  readonly projectIds: readonly string[];
  /** The first has the number `from`, and is the oldest. */
  readonly from: number;
  readonly count: number;
}

/** What a copy has of its own: an id and a time that grow with its number, a project in turn, one of four ends. */
const own: Readonly<Record<string, string>> = {
  id: "(substr(stamp, 1, 8) || '-' || substr(stamp, 9, 4) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
  project_id: '($2::uuid[])[1 + n % cardinality($2::uuid[])]',
  number: '1000 + n / cardinality($2::uuid[])',
  sequence: 'n',
  delivery_id: 'NULL',
  retry_of: 'NULL',
  ref: "'refs/heads/branch-' || n % 50",
  commit: "md5(n::text) || '00000000'",
  status: "(ARRAY['succeeded', 'succeeded', 'succeeded', 'failed'])[1 + n % 4]",
  queued_at: 'at',
  started_at: "at + interval '1 second'",
  finished_at: "at + interval '20 seconds'",
};

/** Seconds between two builds: two million of them are a year and a quarter. */
const secondsApart = 20;
const rowsOfStatement = 100_000;

/** Writes so many finished builds into a running installation, past everything that happens when a build ends. */
export async function seedBuilds({ databaseUrl, likeBuildId, projectIds, from, count }: BuildsSeed): Promise<void> {
  const columns = await query<{ name: string }>(
    databaseUrl,
    "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'build' AND table_schema = 'public'",
  );
  const names = columns.map(({ name }) => name);
  demand(
    Object.keys(own).every((name) => names.includes(name)),
    'the table of builds has other columns than expected',
  );
  const list = names.map((name) => `"${name}"`).join(', ');
  const values = names.map((name) => own[name] ?? `b."${name}"`).join(', ');
  for (let first = from; first < from + count; first += rowsOfStatement) {
    const last = Math.min(first + rowsOfStatement, from + count) - 1;
    await query(
      databaseUrl,
      `INSERT INTO build (${list}) SELECT ${values} FROM build b,
         generate_series($3::int, $4::int) AS n,
         LATERAL (SELECT timestamptz '2024-01-01 00:00:00Z' + n * interval '${secondsApart} seconds' AS at) t,
         LATERAL (SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS stamp) s
       WHERE b.id = $1`,
      [likeBuildId, projectIds, first, last],
    );
  }
}

/** What the database does by itself after so many rows, in time. */
export async function settleBuilds(databaseUrl: string): Promise<void> {
  await query(databaseUrl, 'VACUUM ANALYZE build');
}
