import { Prisma } from '../src/generated/client.js';
import type { Database } from '../src/index.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** Runs a statement. @returns how many rows of a table it looked at, those that it passed over included */
export async function rowsRead(db: Database, table: string, sql: Prisma.Sql): Promise<number> {
  const [row] = await db.prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    Prisma.sql`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
  );
  const scans = nodesOf(row!['QUERY PLAN'][0].Plan).filter(
    (node) => node['Relation Name'] === table && node['Node Type'] !== 'ModifyTable',
  );
  if (scans.length === 0) throw new Error(`the statement does not read ${table}`);
  const rows = scans.map(
    (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  );
  return rows.reduce((sum, each) => sum + each, 0);
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
