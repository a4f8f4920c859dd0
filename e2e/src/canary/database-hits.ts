import { query } from '@cooperage/testing';
import type { Canary } from './canary.js';

/** Columns of a database in which the canary stands, as `table.column`, and how many values were looked at. */
export async function databaseHits(databaseUrl: string, canary: Canary): Promise<{ hits: string[]; looked: number }> {
  const tables = await query<{ name: string }>(
    databaseUrl,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  const hits = new Set<string>();
  let looked = 0;
  for (const { name } of tables)
    for (const row of await query<Record<string, unknown>>(databaseUrl, `SELECT * FROM "${name}"`))
      for (const [column, value] of Object.entries(row)) {
        if (value === null) continue;
        looked++;
        if (holds(canary, value)) hits.add(`${name}.${column}`);
      }
  return { hits: [...hits], looked };
}

/** Only bytes can be packed. */
function holds(canary: Canary, value: unknown): boolean {
  if (Buffer.isBuffer(value)) return canary.isIn(value);
  return canary.stands(Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
}
